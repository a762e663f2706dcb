//! Users and groups, as the operator names them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A user or group, as the operator names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AccountName {
    /// By its name.
    Name(Arc<str>),
    /// By its number, written `#1000`. Never 4294967295, which means "none" to the system.
    Number(u32),
}

impl AccountName {
    /// The account that `text` names; `None` if it is empty, or no number follows its `#`.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        match text.strip_prefix('#') {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let number = digits.parse().ok()?;
                (number != u32::MAX).then_some(Self::Number(number))
            }
            Some(_) => None,
            None => (!text.is_empty()).then(|| Self::Name(text.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AccountName;

    #[test]
    fn an_account_is_a_name_or_a_number_after_a_number_sign() {
        for (text, account) in [
            ("shop", AccountName::Name("shop".into())),
            ("1000", AccountName::Name("1000".into())),
            ("#1000", AccountName::Number(1000)),
            ("#0", AccountName::Number(0)),
        ] {
            assert_eq!(AccountName::parse(text.as_bytes()), Some(account), "{text}");
        }
        for wrong in [
            "",
            "#",
            "#x",
            "#-1",
            "#+1",
            "#1 ",
            "#4294967295",
            "#4294967296",
        ] {
            assert_eq!(AccountName::parse(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(AccountName::parse(b"\xff"), None);
    }
}
