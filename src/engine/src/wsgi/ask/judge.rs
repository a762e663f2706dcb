//! What a script has returned: an answer to its question, or nonsense.

use clutch_core::code::{self, Code};
use clutch_core::question::{Answer, MOST_ANSWER, Question};

use crate::python::{Builtin, Kind, Object, Raised};

/// Why something is no answer.
pub(super) enum Wrong {
    /// Python raised while it was looked at.
    Raised(Raised),
    /// What is wrong, and what follows the function's name in the sentence.
    Said(&'static Code, String),
}

impl From<Raised> for Wrong {
    fn from(raised: Raised) -> Self {
        Self::Raised(raised)
    }
}

/// The code of a script without the function that a question is for.
pub(super) fn missing(question: Question) -> &'static Code {
    match question {
        Question::CheckPassword => code::NO_CHECK_PASSWORD,
        Question::GetRealmHash => code::NO_GET_REALM_HASH,
        Question::GroupsForUser => code::NO_GROUPS_FOR_USER,
        Question::AllowAccess | Question::Dispatch => code::NO_ALLOW_ACCESS,
    }
}

/// The answer that `result` is.
pub(super) fn answer(question: Question, result: &Object<'_>) -> Result<Answer, Wrong> {
    let known = [
        (result.py().boolean(true), Answer::Yes),
        (result.py().boolean(false), Answer::No),
    ];
    let truth = known
        .into_iter()
        .find_map(|(value, answer)| result.is(&value).then_some(answer));
    match question {
        Question::GroupsForUser => return groups(result),
        _ if result.is_none() => return Ok(Answer::Nothing),
        Question::GetRealmHash => return realm_hash(result),
        _ => (),
    }
    match (question, truth) {
        (_, Some(truth)) => Ok(truth),
        (Question::CheckPassword, None) => user(result),
        (_, None) => {
            let text = unexpected(result, "True, False or None");
            Err(Wrong::Said(code::BAD_ACCESS, text))
        }
    }
}

fn unexpected(result: &Object<'_>, expected: &str) -> String {
    format!("returned {}, and not {expected}", result.type_name())
}

/// httpd's texts end with a NUL: what stands behind it would be lost.
const NUL: &str = "returned a text with a NUL in it";

const FOREIGN: &str = "gave a str with characters that Latin-1 does not have";

/// The name under which a user is let in.
fn user(result: &Object<'_>) -> Result<Answer, Wrong> {
    let bad = |text| Err(Wrong::Said(code::BAD_USER, text));
    if !result.is_a(Builtin::Str) {
        return bad(unexpected(result, "True, False, None or a str"));
    }
    let name = result.utf8_bytes()?;
    match &name[..] {
        [] => Err(Wrong::Said(
            code::EMPTY_USER,
            "returned an empty str".into(),
        )),
        name if name.contains(&0) => bad(NUL.into()),
        _ => Ok(Answer::Text(bounded(name)?)),
    }
}

fn realm_hash(result: &Object<'_>) -> Result<Answer, Wrong> {
    let bad = |text| Err(Wrong::Said(code::BAD_DIGEST, text));
    let hash = match text(result) {
        Text::Of(hash) => hash,
        Text::Foreign => return bad(FOREIGN.into()),
        Text::None => return bad(unexpected(result, "a str, bytes or None")),
    };
    match &hash[..] {
        [] => Err(Wrong::Said(
            code::EMPTY_DIGEST,
            "returned an empty text".into(),
        )),
        hash if hash.contains(&0) => bad(NUL.into()),
        _ => Ok(Answer::Text(bounded(hash)?)),
    }
}

/// The names of groups, whatever gives them. None is left out if it breaks off: `Require not` would let in whom it should not.
fn groups(result: &Object<'_>) -> Result<Answer, Wrong> {
    let iterator = result.iterate().map_err(|raised| {
        let exception = raised.take(result.py());
        match exception.is(Kind::Type) {
            true => {
                let text = unexpected(result, "an iterable of str or bytes");
                Wrong::Said(code::GROUPS_NOT_ITERABLE, text)
            }
            false => Wrong::Raised(exception.restore()),
        }
    })?;
    let (mut names, mut size) = (Vec::new(), 0);
    while let Some(item) = iterator.next()? {
        let name = match text(&item) {
            Text::Of(name) => name,
            Text::Foreign => return Err(Wrong::Said(code::FOREIGN_GROUP, FOREIGN.into())),
            Text::None => {
                let class = item.type_name();
                let text = format!("gave {class} for a group, and not a str or bytes");
                return Err(Wrong::Said(code::BAD_GROUP, text));
            }
        };
        size += name.len() + size_of::<u32>();
        if size > MOST_ANSWER / 2 {
            return Err(too_long());
        }
        names.push(Some(name));
    }
    Ok(Answer::Texts(names))
}

/// What a function says that chooses who serves.
pub(super) fn choice(result: &Object<'_>) -> Result<Option<Vec<u8>>, Wrong> {
    let bad = |text| Err(Wrong::Said(code::BAD_CHOICE, text));
    if result.is_none() {
        return Ok(None);
    }
    match text(result) {
        Text::Of(text) if text.contains(&0) => bad(NUL.into()),
        Text::Of(text) => Ok(Some(bounded(text)?)),
        Text::Foreign => bad(FOREIGN.into()),
        Text::None => bad(unexpected(result, "a str, bytes or None")),
    }
}

/// What a value is as a text.
enum Text {
    /// The bytes of `bytes`, or of a str in Latin-1.
    Of(Vec<u8>),
    /// A str that Latin-1 does not have.
    Foreign,
    /// Something else.
    None,
}

fn text(value: &Object<'_>) -> Text {
    if let Some(bytes) = value.as_bytes() {
        return Text::Of(bytes.to_vec());
    }
    if !value.is_a(Builtin::Str) {
        return Text::None;
    }
    match value.latin1_bytes() {
        Ok(bytes) => Text::Of(bytes.into_owned()),
        Err(raised) => {
            drop(raised.take(value.py()));
            Text::Foreign
        }
    }
}

/// Most bytes of a single text.
const MOST_TEXT: usize = 64 * 1024;

fn bounded(text: Vec<u8>) -> Result<Vec<u8>, Wrong> {
    match text.len() {
        0..=MOST_TEXT => Ok(text),
        _ => Err(too_long()),
    }
}

fn too_long() -> Wrong {
    let text = "returned more than an answer may have";
    Wrong::Said(code::ANSWER_TOO_LONG, text.into())
}
