//! `WSGIHandlerScript`: a script that serves whatever has a handler of this name.

use std::sync::Arc;

use crate::config::alias_options::AliasOptions;
use crate::config::value::Refusal;

/// The function in a handler script that is the application.
const CALLABLE: &[u8] = b"handle_request";

/// A handler that is a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerScript {
    /// The handler's name, as `SetHandler` and `AddHandler` have it.
    pub name: Arc<[u8]>,
    /// Path of the script.
    pub script: Arc<[u8]>,
    /// What it says about its requests; the callable is always the same.
    pub options: AliasOptions,
}

impl HandlerScript {
    /// The handler that these words of a line are: name, path, options.
    ///
    /// # Errors
    ///
    /// An empty name or path, or an option that is none.
    pub fn parse(words: &[&[u8]]) -> Result<Self, Refusal> {
        let [name, script, options @ ..] = words else {
            return Err(Refusal::because("takes a name and the path of a script"));
        };
        if name.is_empty() || script.is_empty() {
            return Err(Refusal::because(
                "takes a name and the path of a script, and neither is empty",
            ));
        }
        let mut options = AliasOptions::parse_without_callable(options)?;
        options.callable = Some(CALLABLE.into());
        Ok(Self {
            name: (*name).into(),
            script: (*script).into(),
            options,
        })
    }
}

/// The handlers of one section: each name once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandlerScripts(Arc<[Arc<HandlerScript>]>);

impl HandlerScripts {
    /// The handler of this name. Case matters.
    pub fn get(&self, name: &[u8]) -> Option<&HandlerScript> {
        let found = self.0.iter().find(|handler| *handler.name == *name);
        found.map(|handler| &**handler)
    }

    /// Adds a handler, in place of one of the same name.
    pub fn add(&mut self, handler: HandlerScript) {
        let added = Self([Arc::new(handler)].into());
        *self = added.within(self);
    }

    /// These handlers, and those of `outer` that have other names.
    pub fn within(self, outer: &Self) -> Self {
        if self.0.is_empty() || outer.0.is_empty() {
            return if self.0.is_empty() {
                outer.clone()
            } else {
                self
            };
        }
        let others = outer.0.iter().filter(|one| self.get(&one.name).is_none());
        Self(self.0.iter().chain(others).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{HandlerScript, HandlerScripts};
    use crate::group::GroupTemplate;

    fn handler(words: &[&str]) -> Result<HandlerScript, String> {
        let words: Vec<_> = words.iter().map(|word| word.as_bytes()).collect();
        HandlerScript::parse(&words).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_handler_has_a_name_a_script_and_options() {
        let found = handler(&[
            "page",
            "/srv/page.py",
            "process-group=shop",
            "application-group=%{SERVER}",
            "pass-authorization=On",
        ]);
        let found = found.unwrap();
        assert_eq!(
            (&*found.name, &*found.script),
            (&b"page"[..], &b"/srv/page.py"[..])
        );
        let options = found.options;
        assert_eq!(
            options.process_group,
            Some(GroupTemplate::Name(b"shop".as_slice().into()))
        );
        assert_eq!(options.application_group, Some(GroupTemplate::Server));
        assert_eq!(options.pass_authorization, Some(true));
        assert_eq!(options.callable.as_deref(), Some(&b"handle_request"[..]));
    }

    #[test]
    fn what_is_no_handler_is_refused() {
        for (words, said) in [
            (&["page"][..], "the path of a script"),
            (&["", "/srv/page.py"], "neither is empty"),
            (&["page", ""], "neither is empty"),
            (
                &["page", "/srv/page.py", "callable-object=x"],
                "not \"callable-object\"",
            ),
            (
                &["page", "/srv/page.py", "process-group="],
                "form name=value",
            ),
            (&["page", "/srv/page.py", "x"], "form name=value"),
            (
                &["page", "/srv/page.py", "pass-authorization=x"],
                "On or Off",
            ),
        ] {
            let refusal = handler(words).unwrap_err();
            assert!(refusal.contains(said), "{refusal}");
        }
    }

    #[test]
    fn handlers_add_up_and_the_innermost_of_a_name_holds() {
        let list = |pairs: &[[&str; 2]]| {
            let mut handlers = HandlerScripts::default();
            for pair in pairs {
                handlers.add(handler(pair).unwrap());
            }
            handlers
        };
        let outer = list(&[["a", "/1"], ["b", "/1"], ["a", "/2"]]);
        let inner = list(&[["b", "/3"], ["c", "/3"]]);
        let both = inner.within(&outer);
        let script = |name: &str| Some(&*both.get(name.as_bytes())?.script);
        assert_eq!(script("a"), Some(&b"/2"[..]));
        assert_eq!(script("b"), Some(&b"/3"[..]));
        assert_eq!(script("c"), Some(&b"/3"[..]));
        assert_eq!(script("A"), None);
        assert_eq!(both.0.len(), 3);
    }
}
