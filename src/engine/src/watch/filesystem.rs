//! Which file systems tell the kernel of all changes.

use std::path::Path;

use rustix::fs::statfs;

/// File systems that others can change behind this kernel's back, or that tell it nothing, by what statfs(2) calls them.
///
/// An overlay is not here: what is changed through it is told, and to change what lies under it is not allowed.
const UNTOLD: [(u32, &str); 21] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x6573_5546, "FUSE"), // virtiofs, too
    (0x0102_1997, "9p"),
    (0x786f_4256, "VirtualBox shared folder"),
    (0xbacb_acbc, "VMware shared folder"),
    (0x7c7c_6673, "Parallels shared folder"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x00c3_6400, "Ceph"),
    (0x0116_1970, "GFS2"),
    (0x7461_636f, "OCFS2"),
    (0x0bd0_0bd0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x1983_0326, "BeeGFS"),
    (0x564c, "NCP"),
    (0x2003_0528, "PVFS2"),
    (0xaad7_aaea, "PanFS"),
];

/// The name of the file system of `directory` if events cannot be relied on there.
pub(super) fn untold(directory: &Path) -> Option<&'static str> {
    let found = statfs(directory).ok()?.f_type;
    named(found as u32) // 32 bits wide, sign-extended on some machines
}

fn named(kind: u32) -> Option<&'static str> {
    UNTOLD
        .iter()
        .find(|(known, _)| *known == kind)
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::{named, untold};

    #[test]
    fn a_local_directory_is_told_of_and_a_network_is_not() {
        assert_eq!(untold(&std::env::temp_dir()), None);
        assert_eq!(named(0x6969), Some("NFS"));
        assert_eq!(named(0xff53_4d42), Some("CIFS"));
        assert_eq!(named(0xef53), None);
    }
}
