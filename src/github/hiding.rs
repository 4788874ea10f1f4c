//! Reads answers so that every text in them passes the redactor, whatever type it is read into.
//!
//! A name, a description or a codespace's title may echo the token, as may an error message. So that no model has to
//! remember this, this reader stands between the JSON and the model, and `Client::decoded` has no other way to read.
//! Texts of unread fields cost nothing. Field names are left as they are.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use crate::domain::Redactor;

/// Reads a whole answer.
pub(super) fn read<T: DeserializeOwned>(body: &[u8], redactor: &Redactor) -> Result<T, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = T::deserialize(Hiding { inner: &mut json, redactor })?;
    json.end()?;
    Ok(value)
}

/// A deserializer, or a visitor, with the redactor in between.
#[derive(Clone, Copy)]
struct Hiding<'r, T> {
    inner: T,
    redactor: &'r Redactor,
}

impl<'r, T> Hiding<'r, T> {
    const fn around<U>(&self, inner: U) -> Hiding<'r, U> {
        Hiding { inner, redactor: self.redactor }
    }
}

/// Forwards the call, with the inner reader wrapped in the same way.
macro_rules! passed_on {
    ($($method:ident($($name:ident: $kind:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $kind,)* visitor: V) -> Result<V::Value, Self::Error> {
            let visitor = self.around(visitor);
            self.inner.$method($($name,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Hiding<'_, D> {
    type Error = D::Error;

    passed_on! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! as_it_is {
    ($($method:ident($kind:ty);)*) => {$(
        fn $method<E: Error>(self, value: $kind) -> Result<Self::Value, E> {
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Hiding<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    as_it_is! {
        visit_bool(bool);
        visit_i64(i64);
        visit_i128(i128);
        visit_u64(u64);
        visit_u128(u128);
        visit_f64(f64);
        visit_char(char);
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        self.inner.visit_string(self.redactor.hide(text))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<V::Value, E> {
        let text = self.redactor.hide(&String::from_utf8_lossy(bytes));
        self.inner.visit_byte_buf(text.into_bytes())
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        let from = self.around(from);
        self.inner.visit_some(from)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        let from = self.around(from);
        self.inner.visit_newtype_struct(from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        let items = self.around(items);
        self.inner.visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<V::Value, A::Error> {
        let fields = self.around(fields);
        self.inner.visit_map(fields)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        let variant = self.around(variant);
        self.inner.visit_enum(variant)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Hiding<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        let from = self.around(from);
        self.inner.deserialize(from)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Hiding<'_, A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let seed = self.around(seed);
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Hiding<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'r, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Hiding<'r, A> {
    type Error = A::Error;
    type Variant = Hiding<'r, A::Variant>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self::Variant), A::Error> {
        let redactor = self.redactor;
        let (value, inner) = self.inner.variant_seed(seed)?;
        Ok((value, Hiding { inner, redactor }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Hiding<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.struct_variant(fields, visitor)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::format_collect)]
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;
    use crate::domain::{Sensitive, Untrusted};

    const SECRET: &str = "ghp_aB3dE5gH7jK9mN1pQ2sT4vW6yZ8aB3dE5gH7j";

    fn redactor() -> Redactor {
        Redactor::of([&Sensitive::new(SECRET)])
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    enum Kind {
        Plain,
        Named(String),
        Whole { name: String },
    }

    #[derive(Debug, Deserialize)]
    struct Wrapped(String);

    #[derive(Debug, Deserialize)]
    struct Model {
        id: u64,
        name: Untrusted,
        #[serde(default)]
        topics: Vec<String>,
        display: Option<String>,
        anything: Value,
        kinds: (Kind, Kind, Kind),
        wrapped: Wrapped,
    }

    #[test]
    fn every_text_of_whatever_is_read_has_lost_the_secret() {
        let escaped: String = SECRET.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        let json = format!(
            r#"{{"id":18446744073709551615,"name":"a {SECRET} b","topics":["x","{escaped}"],"display":"{SECRET}",
                "anything":{{"deep":[{{"in":"{SECRET}"}},null,true,-1.5]}},"unread":"{SECRET}",
                "kinds":["Plain",{{"Named":"{SECRET}"}},{{"Whole":{{"name":"{SECRET}"}}}}],"wrapped":"{SECRET}"}}"#
        );
        let model: Model = read(json.as_bytes(), &redactor()).unwrap();
        let shown = format!("{model:?}");
        assert!(!shown.contains("aB3dE5") && shown.matches("•••").count() == 7, "{shown}");
        assert_eq!((model.id, model.name.raw(), model.topics.len()), (u64::MAX, "a ••• b", 2));
        assert_eq!(model.anything["deep"][2], Value::Bool(true));
        assert!(model.kinds.0 == Kind::Plain && model.display.is_some() && !model.wrapped.0.is_empty());
    }

    #[test]
    fn what_holds_no_secret_is_read_as_it_is_and_faults_stay_faults() {
        let json = r#"{"a":["ü","\n",1,2.5,null,{"b":""}],"ghp_key":"v"}"#;
        let plain: Value = serde_json::from_str(json).unwrap();
        assert_eq!(read::<Value>(json.as_bytes(), &redactor()).unwrap(), plain);
        assert!(read::<Value>(b"{\"a\":", &redactor()).unwrap_err().is_eof());
        assert!(read::<Value>(b"{} {}", &redactor()).unwrap_err().is_syntax());
        assert!(read::<Vec<u8>>(b"{}", &redactor()).unwrap_err().is_data());
    }
}
