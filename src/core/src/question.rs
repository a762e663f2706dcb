//! What httpd asks a script besides serving a request, and what it gets for an answer.

use crate::transport::{Decoder, Encoder, Malformed};

/// Most bytes of an answer.
pub const MOST_ANSWER: usize = 1 << 20;

/// What a script is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Question {
    /// May a client of this host come here?
    AllowAccess = 1,
    /// Is this the password of this user?
    CheckPassword = 2,
    /// What is the digest of this user in this realm?
    GetRealmHash = 3,
    /// Which groups does this user belong to?
    GroupsForUser = 4,
    /// Who is to serve the request: three functions, each optional.
    Dispatch = 5,
}

impl Question {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::AllowAccess,
        Self::CheckPassword,
        Self::GetRealmHash,
        Self::GroupsForUser,
        Self::Dispatch,
    ];

    /// The functions of [`Question::Dispatch`], in the order of their answers.
    pub const DISPATCH: [&'static str; 3] =
        ["process_group", "application_group", "callable_object"];

    /// The question of this number.
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|question| *question as u8 == number)
    }

    /// The name of the function that answers; of the first one, if several do.
    pub fn function(self) -> &'static str {
        match self {
            Self::AllowAccess => "allow_access",
            Self::CheckPassword => "check_password",
            Self::GetRealmHash => "get_realm_hash",
            Self::GroupsForUser => "groups_for_user",
            Self::Dispatch => Self::DISPATCH[0],
        }
    }
}

/// What a script has answered, once it has been judged: each question has its own kinds of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// `None`
    Nothing,
    /// `True`
    Yes,
    /// `False`
    No,
    /// A text.
    Text(Vec<u8>),
    /// Several texts; for [`Question::Dispatch`] one for each function, absent where it is silent.
    Texts(Vec<Option<Vec<u8>>>),
}

impl Answer {
    /// Puts the answer behind `bytes`.
    pub fn put(&self, bytes: &mut Vec<u8>) {
        let mut encoder = Encoder(bytes);
        match self {
            Self::Nothing => encoder.put_u8(0),
            Self::Yes => encoder.put_u8(1),
            Self::No => encoder.put_u8(2),
            Self::Text(text) => {
                encoder.put_u8(3);
                encoder.put_text(text);
            }
            Self::Texts(texts) => {
                encoder.put_u8(4);
                encoder.put_count(texts.len());
                for text in texts {
                    encoder.put_maybe(text.as_deref());
                }
            }
        }
    }

    /// The answer in `payload`.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn of(payload: &[u8]) -> Result<Self, Malformed> {
        /// Shortest form of a text: its length.
        const LEAST: usize = 4;
        let mut decoder = Decoder(payload);
        let answer = match decoder.u8()? {
            0 => Self::Nothing,
            1 => Self::Yes,
            2 => Self::No,
            3 => Self::Text(decoder.text()?.to_vec()),
            4 => {
                let count = decoder.count(LEAST)?;
                let text = |_| Ok(decoder.maybe()?.map(<[u8]>::to_vec));
                Self::Texts((0..count).map(text).collect::<Result<_, Malformed>>()?)
            }
            _ => return Err(Malformed),
        };
        decoder.end()?;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Answer, Question};

    #[test]
    fn every_question_survives_its_number() {
        for question in Question::ALL {
            assert_eq!(Question::of(question as u8), Some(question));
        }
        assert_eq!((Question::of(0), Question::of(6)), (None, None));
    }

    fn answers() -> impl Strategy<Value = Answer> {
        prop_oneof![
            Just(Answer::Nothing),
            Just(Answer::Yes),
            Just(Answer::No),
            any::<Vec<u8>>().prop_map(Answer::Text),
            prop::collection::vec(prop::option::of(any::<Vec<u8>>()), 0..5).prop_map(Answer::Texts),
        ]
    }

    proptest! {
        #[test]
        fn an_answer_survives_its_bytes_and_none_of_them_can_be_missing(answer in answers()) {
            let mut bytes = Vec::new();
            answer.put(&mut bytes);
            prop_assert_eq!(Answer::of(&bytes), Ok(answer.clone()));
            for length in 0..bytes.len() {
                prop_assert!(Answer::of(&bytes[..length]).is_err());
            }
            bytes.push(0);
            prop_assert!(Answer::of(&bytes).is_err());
        }

        #[test]
        fn any_bytes_are_an_answer_or_refused(bytes in any::<Vec<u8>>()) {
            let _ = Answer::of(&bytes);
        }
    }
}
