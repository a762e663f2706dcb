//! What one configuration section says about requests.

use std::sync::Arc;

use crate::config::handler_script::HandlerScripts;
use crate::config::provider::ProviderScript;
use crate::config::value::HeadMapping;
use crate::group::{Callable, GroupTemplate};
use crate::proxy::{ProxyHeader, Subnet};

/// What one section says; `None` where it says nothing.
///
/// The same type serves every level (server, virtual host, directory, `.htaccess`), so that a directive is added in one
/// place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// `WSGIProcessGroup`
    pub process_group: Option<GroupTemplate>,
    /// `WSGIApplicationGroup`
    pub application_group: Option<GroupTemplate>,
    /// `WSGICallableObject`
    pub callable: Option<Callable>,
    /// `WSGIPassAuthorization`
    pub pass_authorization: Option<bool>,
    /// `WSGIScriptReloading`
    pub script_reloading: Option<bool>,
    /// `WSGIErrorOverride`
    pub error_override: Option<bool>,
    /// `WSGIChunkedRequest`
    pub chunked_request: Option<bool>,
    /// `WSGIMapHEADToGET`
    pub head_mapping: Option<HeadMapping>,
    /// `WSGIEnableSendfile`
    pub enable_sendfile: Option<bool>,
    /// `WSGIIgnoreActivity`
    pub ignore_activity: Option<bool>,
    /// `WSGIRestrictProcess`: the names of process groups, the empty one for httpd's own processes.
    pub restrict_process: Option<Arc<[Arc<[u8]>]>>,
    /// `WSGITrustedProxyHeaders`, in the order of the words.
    pub proxy_headers: Option<Arc<[ProxyHeader]>>,
    /// `WSGITrustedProxies`
    pub proxies: Option<Arc<[Subnet]>>,
    /// `WSGIHandlerScript`
    pub handlers: HandlerScripts,
    /// `WSGIPassApacheRequest`
    pub pass_request: Option<bool>,
    /// `WSGIAccessScript`
    pub access_script: Option<Arc<ProviderScript>>,
    /// `WSGIAuthUserScript`
    pub auth_user_script: Option<Arc<ProviderScript>>,
    /// `WSGIAuthGroupScript`
    pub auth_group_script: Option<Arc<ProviderScript>>,
    /// `WSGIDispatchScript`
    pub dispatch_script: Option<Arc<ProviderScript>>,
}

impl Section {
    /// This section's words where it has any, else those of `outer`.
    pub fn within(self, outer: &Self) -> Self {
        Self {
            process_group: self.process_group.or_else(|| outer.process_group.clone()),
            application_group: self
                .application_group
                .or_else(|| outer.application_group.clone()),
            callable: self.callable.or_else(|| outer.callable.clone()),
            pass_authorization: self.pass_authorization.or(outer.pass_authorization),
            script_reloading: self.script_reloading.or(outer.script_reloading),
            error_override: self.error_override.or(outer.error_override),
            chunked_request: self.chunked_request.or(outer.chunked_request),
            head_mapping: self.head_mapping.or(outer.head_mapping),
            enable_sendfile: self.enable_sendfile.or(outer.enable_sendfile),
            ignore_activity: self.ignore_activity.or(outer.ignore_activity),
            restrict_process: self
                .restrict_process
                .or_else(|| outer.restrict_process.clone()),
            proxy_headers: self.proxy_headers.or_else(|| outer.proxy_headers.clone()),
            proxies: self.proxies.or_else(|| outer.proxies.clone()),
            handlers: self.handlers.within(&outer.handlers),
            pass_request: self.pass_request.or(outer.pass_request),
            access_script: self.access_script.or_else(|| outer.access_script.clone()),
            auth_user_script: self
                .auth_user_script
                .or_else(|| outer.auth_user_script.clone()),
            auth_group_script: self
                .auth_group_script
                .or_else(|| outer.auth_group_script.clone()),
            dispatch_script: self
                .dispatch_script
                .or_else(|| outer.dispatch_script.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::Section;
    use crate::config::ProviderScript;
    use crate::config::handler_script::{HandlerScript, HandlerScripts};
    use crate::config::value::HeadMapping;
    use crate::group::{Callable, GroupTemplate};
    use crate::proxy::{ProxyHeader, Subnet};

    fn script(name: &str) -> Arc<ProviderScript> {
        let path = format!("/{name}");
        Arc::new(ProviderScript::parse(&[path.as_bytes()]).unwrap())
    }

    fn sections() -> impl Strategy<Value = Section> {
        let group = prop::option::of("[a-z%{}]{0,4}");
        let mapping = prop::option::of(prop::sample::select(vec![
            HeadMapping::On,
            HeadMapping::Off,
            HeadMapping::Auto,
        ]));
        (group, any::<[Option<bool>; 7]>(), mapping).prop_map(|(name, switches, head_mapping)| {
            let [
                pass_authorization,
                script_reloading,
                error_override,
                chunked_request,
                enable_sendfile,
                ignore_activity,
                pass_request,
            ] = switches;
            let mut handlers = HandlerScripts::default();
            for name in name
                .iter()
                .flat_map(|name| name.split(""))
                .filter(|part| !part.is_empty())
            {
                let words: [&[u8]; 2] = [
                    name.as_bytes(),
                    if enable_sendfile.is_some() {
                        b"/a"
                    } else {
                        b"/b"
                    },
                ];
                handlers.add(HandlerScript::parse(&words).unwrap());
            }
            Section {
                process_group: name.as_deref().map(str::as_bytes).map(GroupTemplate::parse),
                application_group: name.as_deref().map(str::as_bytes).map(GroupTemplate::parse),
                callable: name.as_deref().map(str::as_bytes).map(Callable::parse),
                pass_authorization,
                script_reloading,
                error_override,
                chunked_request,
                head_mapping,
                enable_sendfile,
                ignore_activity,
                handlers,
                pass_request,
                proxy_headers: name.as_ref().map(|_| [ProxyHeader::RealIp].into()),
                proxies: name
                    .as_ref()
                    .map(|_| Subnet::parse(b"10").into_iter().collect()),
                access_script: name.as_deref().map(script),
                auth_user_script: name.as_deref().map(script),
                auth_group_script: name.as_deref().map(script),
                dispatch_script: name.as_deref().map(script),
                restrict_process: name.map(|name| [name.as_bytes().into()].into()),
            }
        })
    }

    #[test]
    fn the_innermost_word_holds() {
        let outer = Section {
            callable: Some(Callable::parse(b"outer")),
            chunked_request: Some(true),
            ..Section::default()
        };
        let inner = Section {
            callable: Some(Callable::parse(b"inner")),
            ..Section::default()
        };
        let both = inner.clone().within(&outer);
        assert_eq!(both.callable, inner.callable);
        assert_eq!(both.chunked_request, Some(true));
    }

    proptest! {
        #[test]
        fn nesting_does_not_depend_on_what_is_joined_first(a in sections(), b in sections(), c in sections()) {
            let inner_first = a.clone().within(&b).within(&c);
            let outer_first = a.within(&b.within(&c));
            prop_assert_eq!(inner_first, outer_first);
        }

        #[test]
        fn an_empty_section_changes_nothing(section in sections()) {
            prop_assert_eq!(Section::default().within(&section), section.clone());
            prop_assert_eq!(section.clone().within(&Section::default()), section);
        }
    }
}
