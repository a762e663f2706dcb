//! Daemons of a configuration: what the parent has the supervisor run, and how children find them.

mod check;
mod places;
mod plan;

use std::collections::HashMap;
use std::path::Path;

use clutch_core::config::daemon::DaemonGroup;
use clutch_core::config::{ProcessSettings, ServerSection};

pub use check::check;
pub use plan::configured;

use crate::client::{Daemons, Own};
use crate::httpd::{Pool, Server, ServerConfig};
use crate::{parent, supervisor};
use places::Places;

/// A group of the configuration, and the server that it stands in.
pub struct Declared<'s> {
    /// With the main server's words where it has none.
    pub group: DaemonGroup,
    /// Where it stands.
    pub server: Server<'s>,
}

/// All groups of the configuration, in the order of the servers. A virtual host without a word for us shares the main server's
/// configuration, and declares nothing.
pub fn declared<'s>(main: Server<'s>, words: &ServerSection) -> Vec<Declared<'s>> {
    let mains = main.config();
    let of = move |server: Server<'s>| {
        let own = server.config().filter(|&config| {
            !server.is_virtual() || !mains.is_some_and(|mains| std::ptr::eq(mains, config))
        });
        let groups = own.map(|config| &config.section.daemons[..]);
        groups
            .unwrap_or_default()
            .iter()
            .map(move |group| Declared {
                group: group.clone().within(words),
                server,
            })
    };
    main.and_its_hosts().flat_map(of).collect()
}

/// The name under which an operator says what daemons are like that an application group gets when it needs a process of its own.
pub const OWN: &[u8] = b"%{AUTO}";

/// What such daemons are like.
pub(super) fn own_group(declared: &[Declared<'_>]) -> DaemonGroup {
    let found = declared.iter().find(|one| &*one.group.name == OWN);
    found.map_or_else(|| DaemonGroup::named(OWN), |one| one.group.clone())
}

/// Whether application groups of httpd's own processes may get a process of their own.
pub(super) fn may_have_own(
    settings: &ProcessSettings<'_>,
    config: &ServerConfig,
    directory: &Path,
) -> bool {
    settings.embedded
        && config.choice.get().is_some()
        && check::program(&config.section, directory).is_some()
}

/// The daemons of groups that need a process of their own, as a child finds them.
pub fn own_for_child(main: Server<'_>, config: &ServerConfig) -> Option<Own> {
    let directory = parent::directory().ok()?;
    let settings = ProcessSettings::of(&config.section);
    let declared = declared(main, &config.section);
    may_have_own(&settings, config, &directory).then(|| Own::new(own_group(&declared)))
}

/// The daemons that requests of this child may be for.
pub fn for_child(
    pool: Pool<'_>,
    main: Server<'_>,
    words: &ServerSection,
) -> HashMap<Vec<u8>, Daemons> {
    let declared = declared(main, words);
    let Some(places) = Places::of(pool, words, parent::number()) else {
        return HashMap::new();
    };
    supervisor::forget_in_child(places.questions());
    let declared = declared.into_iter().filter(|one| &*one.group.name != OWN);
    let daemons = declared.map(|one| {
        let server = one.server.is_virtual().then(|| one.server.name().to_vec());
        let path = places.socket(&one.group);
        (
            one.group.name.to_vec(),
            Daemons::new(one.group, server, path),
        )
    });
    daemons.collect()
}
