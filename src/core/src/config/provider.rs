//! Scripts that httpd asks: `WSGIAccessScript`, `WSGIAuthUserScript`, `WSGIAuthGroupScript`, `WSGIDispatchScript`.

use std::sync::Arc;

use crate::config::options;
use crate::config::value::{Refusal, Shown};
use crate::group::GroupTemplate;

/// A script that httpd asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderScript {
    /// Its path.
    pub script: Arc<[u8]>,
    /// `application-group=`: whose interpreter runs it.
    pub application_group: GroupTemplate,
    /// `process-group=`: the daemons that run it; `None`: httpd's own processes.
    pub process_group: Option<Arc<[u8]>>,
}

impl ProviderScript {
    /// The words of a line: a file, and options.
    ///
    /// # Errors
    ///
    /// There is no file, or an option is none.
    pub fn parse(words: &[&[u8]]) -> Result<Self, Refusal> {
        let [script, words @ ..] = words else {
            return Err(Refusal::because("takes a file"));
        };
        if script.is_empty() {
            return Err(Refusal::of(script, "the path of a script"));
        }
        let mut parsed = Self {
            script: (*script).into(),
            application_group: GroupTemplate::Global,
            process_group: None,
        };
        for word in options::whole(words)? {
            match options::split(&word)? {
                (b"application-group", name) => {
                    parsed.application_group = GroupTemplate::parse_of_server(name);
                }
                (b"process-group", b"%{GLOBAL}") => parsed.process_group = None,
                (b"process-group", name) => parsed.process_group = Some(name.into()),
                (name, _) => {
                    let name = Shown(name);
                    return Err(Refusal::because(format!(
                        "takes the options application-group and process-group, not {name}"
                    )));
                }
            }
        }
        Ok(parsed)
    }

    /// The same, of a line in a `.htaccess` file. Whoever writes such a file does not choose the user that runs a script.
    ///
    /// # Errors
    ///
    /// It names daemons.
    pub fn of_htaccess(self) -> Result<Self, Refusal> {
        match self.process_group {
            None => Ok(self),
            Some(_) => Err(Refusal::because(
                "takes its option process-group in the server's own configuration only",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ProviderScript;
    use crate::group::GroupTemplate;

    fn parsed(line: &str) -> Result<ProviderScript, String> {
        let words: Vec<_> = line.split(' ').map(str::as_bytes).collect();
        ProviderScript::parse(&words).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_script_is_for_the_main_interpreter_of_httpds_own_processes_unless_options_say_otherwise() {
        let plain = parsed("/srv/auth.py").unwrap();
        assert_eq!(&*plain.script, b"/srv/auth.py");
        assert_eq!(plain.application_group, GroupTemplate::Global);
        assert_eq!(plain.process_group, None);
        let named = parsed("/a application-group=\"my shop\" process-group=shop").unwrap();
        let name = GroupTemplate::Name(b"my shop".as_slice().into());
        assert_eq!(named.application_group, name);
        assert_eq!(named.process_group.as_deref(), Some(&b"shop"[..]));
        let literal = parsed("/a application-group=%{RESOURCE} process-group=%{SERVER}").unwrap();
        let name = GroupTemplate::Name(b"%{RESOURCE}".as_slice().into());
        assert_eq!(literal.application_group, name);
        assert_eq!(literal.process_group.as_deref(), Some(&b"%{SERVER}"[..]));
        let own = parsed("/a process-group=%{GLOBAL} application-group=%{HOST}").unwrap();
        assert_eq!(own.process_group, None);
        assert_eq!(own.application_group, GroupTemplate::Host);
    }

    #[test]
    fn what_is_no_option_is_refused_in_one_sentence() {
        for (line, said) in [
            ("", "the path of a script"),
            ("/a color=red", "process-group, not \"color\""),
            ("/a application-group", "form name=value"),
            ("/a application-group=", "form name=value"),
            ("/a process-group=", "form name=value"),
        ] {
            let refusal = parsed(line).unwrap_err();
            assert!(refusal.contains(said), "{line}: {refusal}");
        }
        assert!(ProviderScript::parse(&[]).is_err());
    }

    #[test]
    fn a_htaccess_file_names_no_daemons() {
        assert!(
            parsed("/a application-group=x")
                .unwrap()
                .of_htaccess()
                .is_ok()
        );
        let refusal = parsed("/a process-group=shop").unwrap().of_htaccess();
        assert!(
            refusal
                .unwrap_err()
                .to_string()
                .contains("own configuration only")
        );
    }
}
