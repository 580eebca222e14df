//! Texts in several languages.

/// One text, said in several languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts(Box<[(Box<str>, Box<str>)]>);

impl Texts {
    /// From pairs of a BCP 47 locale (`en`, `zh`, `pt-br`) and a text.
    #[must_use]
    pub fn new(texts: Vec<(String, String)>) -> Self {
        Self(texts.into_iter().map(|(locale, text)| (locale.into(), text.into())).collect())
    }

    /// The text for `locale`, else for its language, else in English, else the first one.
    #[must_use]
    pub fn find(&self, locale: &str) -> Option<&str> {
        let wanted = locale.replace('_', "-").to_ascii_lowercase();
        let language = wanted.split('-').next().unwrap_or_default();
        [wanted.as_str(), language, "en"]
            .into_iter()
            .find_map(|key| self.0.iter().find(|(locale, _)| **locale == *key))
            .or_else(|| self.0.first())
            .map(|(_, text)| &**text)
    }

    /// All of them, as (locale, text).
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(locale, text)| (&**locale, &**text))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl serde::Serialize for Texts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Language in which the engine words explanations of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// The language for a BCP 47 locale: Chinese for `zh...`, English for all others.
    #[must_use]
    pub fn of(locale: &str) -> Self {
        let language = locale.get(..2).unwrap_or_default();
        if language.eq_ignore_ascii_case("zh") { Self::Chinese } else { Self::English }
    }

    /// The one of two wordings that is in this language.
    #[must_use]
    pub fn pick<'a>(self, english: &'a str, chinese: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn the_nearest_locale_is_found() {
        let texts = Texts::new(vec![("zh".into(), "好".into()), ("en".into(), "good".into())]);
        assert_eq!(texts.find("zh-Hans-CN"), Some("好"));
        assert_eq!(texts.find("zh_CN"), Some("好"));
        assert_eq!(texts.find("fr"), Some("good"));
        assert_eq!(Texts::default().find("en"), None);
    }
}
