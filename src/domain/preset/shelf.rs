//! All presets: pullkey's own, embedded ones, and a user's files, passed once at the start.
//!
//! Parsing takes time, so presets are parsed at their first use. The user's folder is read elsewhere.

use std::sync::{LazyLock, OnceLock};

use super::parse::{Entry, PresetFault, read, read_own};
use super::{Preset, Single};

/// The files of `assets/presets`, in display order.
pub(super) const FILES: [(&str, &str); 14] = [
    ("acr.toml", include_str!("../../../assets/presets/acr.toml")),
    ("dockerhub.toml", include_str!("../../../assets/presets/dockerhub.toml")),
    ("ecr.toml", include_str!("../../../assets/presets/ecr.toml")),
    ("ecr-token.toml", include_str!("../../../assets/presets/ecr-token.toml")),
    ("ecr-public.toml", include_str!("../../../assets/presets/ecr-public.toml")),
    ("ghcr.toml", include_str!("../../../assets/presets/ghcr.toml")),
    ("gar.toml", include_str!("../../../assets/presets/gar.toml")),
    ("gitlab.toml", include_str!("../../../assets/presets/gitlab.toml")),
    ("quay.toml", include_str!("../../../assets/presets/quay.toml")),
    ("jfrog.toml", include_str!("../../../assets/presets/jfrog.toml")),
    ("harbor.toml", include_str!("../../../assets/presets/harbor.toml")),
    ("distribution.toml", include_str!("../../../assets/presets/distribution.toml")),
    ("npm.toml", include_str!("../../../assets/presets/npm.toml")),
    ("other.toml", include_str!("../../../assets/presets/other.toml")),
];

/// A user's own file: its name, and its text or why it could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name in errors; the last part is the id and `.toml`.
    pub path: String,
    pub text: Result<String, String>,
}

static OWN_FILES: OnceLock<Vec<File>> = OnceLock::new();
static SHELF: LazyLock<Shelf> = LazyLock::new(|| Shelf::of(OWN_FILES.get().map(Vec::as_slice).unwrap_or_default()));

/// The result of parsing all files.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub presets: Vec<Preset>,
    pub singles: Vec<Single>,
    pub faults: Vec<PresetFault>,
}

/// Adds a user's own files. To be called once at the start, before the first use of a preset.
pub fn add_files(files: Vec<File>) {
    // Only the first call counts.
    let _ = OWN_FILES.set(files);
}

/// Whether a user has preset files, including invalid ones.
pub(super) fn has_own_files() -> bool {
    OWN_FILES.get().is_some_and(|files| !files.is_empty())
}

/// All presets in display order; “other” comes last.
pub fn presets() -> &'static [Preset] {
    &SHELF.presets
}

/// The products that need only one secret.
pub fn singles() -> &'static [Single] {
    &SHELF.singles
}

/// The errors in the user's own files.
pub fn faults() -> &'static [PresetFault] {
    &SHELF.faults
}

/// The preset with this id.
pub fn preset(id: &str) -> Option<&'static Preset> {
    presets().iter().find(|preset| preset.id == id)
}

pub fn single(id: &str) -> Option<&'static Single> {
    singles().iter().find(|single| single.id == id)
}

/// The ids of pullkey's own presets, of either kind, without parsing them.
pub fn embedded_ids() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(file, _)| file.strip_suffix(".toml").unwrap_or(file))
}

impl Shelf {
    pub(super) fn of(own: &[File]) -> Self {
        let mut shelf = Self::default();
        for (file, text) in FILES {
            match read_own(file, text) {
                Ok(entry) => shelf.put(entry),
                Err(fault) => shelf.faults.push(fault),
            }
        }
        for file in own {
            if let Err(fault) = shelf.take(file) {
                shelf.faults.push(fault);
            }
        }
        let is_last = |preset: &Preset| preset.id == "other";
        shelf.presets.sort_by_key(is_last);
        shelf
    }

    fn put(&mut self, entry: Entry) {
        match entry {
            Entry::Preset(preset) => self.presets.push(*preset),
            Entry::Single(single) => self.singles.push(*single),
        }
    }

    /// A user's file: its id must match the file name and be unique.
    fn take(&mut self, file: &File) -> Result<(), PresetFault> {
        let path = crate::domain::untrusted::clean(&file.path);
        let fault = |reason: String| PresetFault { file: path.clone(), line: 1, reason };
        let text = file.text.as_ref().map_err(|reason| fault(crate::domain::untrusted::clean(reason)))?;
        let entry = match read(&path, text)? {
            Entry::Preset(preset) => Entry::Preset(Box::new(Preset { own: true, ..*preset })),
            Entry::Single(single) => Entry::Single(single),
        };
        let id = match &entry {
            Entry::Preset(preset) => &preset.id,
            Entry::Single(single) => &single.id,
        };
        if stem(&file.path) != id {
            return Err(fault(format!("the id is “{id}”, so the file must be named {id}.toml")));
        }
        if self.presets.iter().any(|p| p.id == *id) || self.singles.iter().any(|s| s.id == *id) {
            return Err(fault(format!("the id “{id}” is used by another preset: choose another id")));
        }
        self.put(entry);
        Ok(())
    }
}

/// `mine` of `/somewhere/mine.toml`.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".toml").unwrap_or(name)
}

impl PresetFault {
    /// The id the file should have.
    pub fn id(&self) -> &str {
        stem(&self.file)
    }
}
