//! Which distribution this is, and what its commands are.

use std::fs;

/// A family of distributions with the same package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distribution {
    Debian,
    Fedora,
    Suse,
    Arch,
    Alpine,
    Unknown,
}

impl Distribution {
    /// As `/etc/os-release` says.
    pub(crate) fn of_this_machine() -> Self {
        Self::from_os_release(&fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    fn from_os_release(text: &str) -> Self {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .filter(|(key, _)| matches!(*key, "ID" | "ID_LIKE"))
            .flat_map(|(_, value)| value.trim_matches(['"', '\'']).split_whitespace())
            .find_map(|word| match word {
                "debian" | "ubuntu" => Some(Self::Debian),
                "fedora" | "rhel" | "centos" => Some(Self::Fedora),
                "suse" | "opensuse" | "sles" => Some(Self::Suse),
                "arch" => Some(Self::Arch),
                "alpine" => Some(Self::Alpine),
                _ => None,
            })
            .unwrap_or(Self::Unknown)
    }

    /// What to do to get httpd, as the end of a sentence.
    pub(crate) fn how_to_install_httpd(self) -> &'static str {
        match self {
            Self::Debian => "install it: apt-get install apache2",
            Self::Fedora => "install it: dnf install httpd",
            Self::Suse => "install it: zypper install apache2",
            Self::Arch => "install it: pacman -S apache",
            Self::Alpine => "install it: apk add apache2",
            Self::Unknown => "install version 2.4, or name it with --httpd",
        }
    }

    /// What to do to get the shared library of Python `minor` of 3, as the end of a sentence; `None`: nothing known.
    pub(crate) fn how_to_install_libpython(self, minor: u8) -> Option<String> {
        match self {
            Self::Debian => Some(format!("apt-get install libpython3.{minor}-dev")),
            Self::Fedora => Some(format!("dnf install python3.{minor}-devel")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Distribution;

    #[test]
    fn a_distribution_is_known_by_itself_or_by_its_kin() {
        for (text, expected) in [
            ("PRETTY_NAME=\"x\"\nID=debian\n", Distribution::Debian),
            (
                "ID=linuxmint\nID_LIKE=\"ubuntu debian\"",
                Distribution::Debian,
            ),
            (
                "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"",
                Distribution::Fedora,
            ),
            (
                "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"",
                Distribution::Suse,
            ),
            ("ID=void", Distribution::Unknown),
            ("", Distribution::Unknown),
        ] {
            assert_eq!(Distribution::from_os_release(text), expected, "{text}");
        }
    }
}
