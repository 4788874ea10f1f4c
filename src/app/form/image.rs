//! The images to pull in the test: the text of their field, and the remarks about it. They are optional and never
//! saved.

use super::{Form, Remark, Slot};
use crate::domain::lint::{FieldMend, MendChange, Severity};
use crate::domain::npm::PackageName;
use crate::domain::untrusted::clean;
use crate::domain::{Holds, Image, Server};

/// The most images one test tries.
pub const MOST: usize = 8;

/// Enough bytes for the longest names of all of them; longer text is something else and is not examined.
const MOST_BYTES: usize = 4096;

impl Form {
    /// The images as typed, without duplicates; separated by white space or commas.
    pub fn images(&self) -> Vec<String> {
        let mut images: Vec<String> = Vec::new();
        for word in words(self.image.beginning(MOST_BYTES).unwrap_or_default()) {
            if !images.iter().any(|image| image == word) {
                images.push(word.to_owned());
            }
        }
        images
    }

    /// Moves to the image field to enter another one.
    pub fn ask_for_image(&mut self) {
        self.leave_field();
        self.focus = Slot::Image;
    }

    /// Remarks about the images; none if there are no images.
    pub(super) fn image_remarks(&self) -> Vec<Remark> {
        let remark = |severity, text, mend| Remark { slot: Slot::Image, severity, text, mend };
        if self.image.len() > MOST_BYTES {
            let (word, bytes) = (self.image_word(), self.image.len());
            let text = format!("too long for {word}s: there are {bytes} bytes in this field");
            return vec![remark(Severity::Block, text, None)];
        }
        let images = self.images();
        if let Some(rest) = self.after_command() {
            let mend = Some(replace(rest.to_owned()));
            let text = format!("this is a command: enter only the {}", self.image_word());
            return vec![remark(Severity::Block, text, mend)];
        }
        let about = |image: &String| match self.preset.holds() {
            Holds::Images => self.image_remark(image),
            Holds::Packages => self.package_remark(image),
        };
        let mut remarks: Vec<Remark> = images.iter().filter_map(about).collect();
        if images.len() > MOST {
            let word = self.image_word();
            let text = format!("{} {word}s entered, but one test takes {MOST} at most", images.len());
            remarks.push(remark(Severity::Block, text, None));
        }
        if remarks.is_empty() && !images.is_empty() {
            let text = match (self.preset.holds(), images.len()) {
                (Holds::Images, _) if self.is_at_hub() => "tries to pull it, which Docker Hub counts; nothing is kept",
                (Holds::Images, 1) => "tries to pull it with these values; nothing is kept",
                (Holds::Images, _) => "tries to pull them with these values; nothing is kept",
                (Holds::Packages, _) => "asks the registry whether this token may install it; nothing is downloaded",
            };
            remarks.push(remark(Severity::Good, text.to_owned(), None));
        }
        remarks.sort_by_key(|remark| remark.severity);
        remarks
    }

    fn image_remark(&self, text: &str) -> Option<Remark> {
        let remark = |severity, text, mend| Some(Remark { slot: Slot::Image, severity, text, mend });
        let image = match Image::parse(text) {
            Ok(image) => image,
            Err(fault) => {
                let bare = text.rsplit_once("://").map_or(text, |(_, rest)| rest);
                let bare = bare.trim_matches(['"', '\'', '`', '<', '>', ';', '/']);
                let mend = (bare != text && Image::parse(bare).is_ok()).then(|| self.instead(text, bare));
                let which =
                    if self.images().len() == 1 { String::new() } else { format!("“{}”: ", shortened(text)) };
                return remark(Severity::Block, format!("{which}this image {fault}"), mend);
            }
        };
        let server = Server::parse(self.server().trim()).ok()?;
        if image.finds(&server) {
            return None;
        }
        if image.is_at(&server) {
            return remark(Severity::Warn, otherwise_written(&image, &server), self.as_stored(text, &image, &server));
        }
        let at = if image.host() == "docker.io" { "Docker Hub" } else { image.host() };
        let said = format!("{} is at {at}: pulling it does not use this credential", shortened(text));
        // Without a host, Docker pulls from Docker Hub, which is rarely intended.
        let own = format!("{}/{text}", server.host());
        let is_bare = image.host() == "docker.io" && !text.starts_with("docker.io/");
        let meant = Image::parse(&own).is_ok_and(|image| is_bare && image.is_at(&server));
        remark(Severity::Warn, said, meant.then(|| self.instead(text, &own)))
    }

    fn is_at_hub(&self) -> bool {
        Server::parse(self.server().trim()).is_ok_and(|server| server.is_hub())
    }

    /// The image under the name the login is stored as, if that is in lower case.
    fn as_stored(&self, text: &str, image: &Image, server: &Server) -> Option<FieldMend> {
        let rest = text.strip_prefix(image.host()).filter(|_| server.stored_key() == server.canonical())?;
        Some(self.instead(text, &format!("{}{rest}", server.stored_key())))
    }

    fn package_remark(&self, text: &str) -> Option<Remark> {
        let fault = PackageName::parse(text).err()?;
        // Without the version it is usually what was meant.
        let bare = text.rsplit_once('@').map(|(name, _)| name).filter(|name| PackageName::parse(name).is_ok());
        let mend = bare.map(|bare| self.instead(text, bare));
        let text = format!("“{}”: this package {fault}", shortened(text));
        Some(Remark { slot: Slot::Image, severity: Severity::Block, text, mend })
    }

    /// What its field expects.
    pub fn image_word(&self) -> &'static str {
        match self.preset.holds() {
            Holds::Images => "image",
            Holds::Packages => "package",
        }
    }

    /// The field with one image replaced by another.
    fn instead(&self, old: &str, new: &str) -> FieldMend {
        let all: Vec<String> =
            self.images().into_iter().map(|image| if image == old { new.to_owned() } else { image }).collect();
        FieldMend { label: format!("use {}", clean(new)), change: MendChange::Replace(all.join(" ")) }
    }

    /// What follows the command, if a whole command was pasted.
    fn after_command(&self) -> Option<&str> {
        let text = self.image.text()?.trim();
        let leads: &[&str] = match self.preset.holds() {
            Holds::Images => &["$ docker pull ", "docker pull ", "podman pull ", "FROM ", "from "],
            Holds::Packages => &["$ npm install ", "npm install ", "npm i ", "npm view ", "yarn add ", "pnpm add "],
        };
        let rest = leads.iter().find_map(|lead| text.strip_prefix(*lead))?;
        words(rest).find(|word| !word.starts_with('-'))
    }
}

fn otherwise_written(image: &Image, server: &Server) -> String {
    let (looked_up, stored) = (image.lookup_key(), server.stored_key());
    format!("Docker looks up {looked_up} for it, but the login is stored under {stored}: spell both alike")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty())
}

fn replace(text: String) -> FieldMend {
    FieldMend { label: format!("use {}", clean(&text)), change: MendChange::Replace(text) }
}

fn shortened(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    clean(&start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::preset::{AnyPreset, presets};
    use crate::domain::{Sensitive, Trial};

    fn form(server: &str, images: &str) -> Form {
        let trial = Trial {
            server: server.to_owned(),
            user: "u".into(),
            password: Sensitive::new("p"),
            images: vec![images.to_owned()],
            holds: Holds::Images,
        };
        Form::of_values(AnyPreset::Credential(&presets()[0])).filled(&trial)
    }

    fn said(server: &str, images: &str) -> Vec<(Severity, String)> {
        form(server, images).image_remarks().into_iter().map(|remark| (remark.severity, remark.text)).collect()
    }

    fn mended(server: &str, images: &str) -> Option<MendChange> {
        form(server, images).image_remarks().into_iter().find_map(|remark| remark.mend).map(|mend| mend.change)
    }

    #[test]
    fn an_empty_field_says_nothing_and_images_come_apart_at_blanks_and_commas() {
        assert_eq!(said("acme.azurecr.io", " , "), []);
        let many = form("acme.azurecr.io", "acme.azurecr.io/a:1, acme.azurecr.io/b\nacme.azurecr.io/a:1");
        assert_eq!(many.images(), ["acme.azurecr.io/a:1", "acme.azurecr.io/b"]);
        assert_eq!(many.trial().images, many.images());
    }

    #[test]
    fn what_is_far_too_long_for_images_blocks_and_is_not_looked_at() {
        let said = said("acme.azurecr.io", &"acme.azurecr.io/a ".repeat(1000));
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].0, Severity::Block);
    }

    #[test]
    fn what_cannot_be_an_image_blocks_and_another_registry_only_warns() {
        for bad in ["acme.azurecr.io/App", "acme.azurecr.io", "acme.azurecr.io/a:${TAG}", "https://acme.azurecr.io/a"] {
            let said = said("acme.azurecr.io", bad);
            assert!(bad == "acme.azurecr.io" || said[0].0 == Severity::Block, "{bad}: {said:?}");
        }
        let warned = said("acme.azurecr.io", "ghcr.io/acme/base:2");
        assert_eq!(warned[0].0, Severity::Warn);
        assert!(warned[0].1.contains("ghcr.io/acme/base:2 is at ghcr.io"), "{warned:?}");
        assert_eq!(said("acme.azurecr.io", "acme.azurecr.io/team/app:1")[0].0, Severity::Good);
        let many: Vec<String> = (0..9).map(|n| format!("acme.azurecr.io/a:{n}")).collect();
        assert!(said("acme.azurecr.io", &many.join(" "))[0].1.contains("9 images entered"));
    }

    #[test]
    fn what_was_meant_is_one_key_away() {
        let replaced = |text: &str| Some(MendChange::Replace(text.to_owned()));
        assert_eq!(mended("acme.azurecr.io", "team/app:1"), replaced("acme.azurecr.io/team/app:1"));
        assert_eq!(mended("acme.azurecr.io", "https://acme.azurecr.io/a"), replaced("acme.azurecr.io/a"));
        assert_eq!(mended("acme.azurecr.io", "docker pull acme.azurecr.io/a"), replaced("acme.azurecr.io/a"));
        assert_eq!(
            mended("acme.azurecr.io", "acme.azurecr.io/a team/b"),
            replaced("acme.azurecr.io/a acme.azurecr.io/team/b")
        );
        assert_eq!(mended("docker.io", "team/app:1"), None);
        assert_eq!(mended("acme.azurecr.io", "ghcr.io/acme/base:2"), None);
    }
}
