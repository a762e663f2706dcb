//! Addresses and networks, IPv4 and IPv6 (RFC 4632 section 3.1, RFC 4291 sections 2.2 and 2.3).

use std::net::{IpAddr, Ipv4Addr};

/// Longest text of an address: IPv6 with an IPv4 tail.
const LONGEST: usize = 45;

/// A network, or a single address. One that is written as IPv4 within IPv6 (`::ffff:10.0.0.1`) is an IPv4 one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subnet {
    /// An IPv4 network: its bits, and which of them count.
    V4 {
        /// Without what does not count.
        bits: u32,
        /// From the left.
        mask: u32,
    },
    /// An IPv6 network: its bits, and which of them count.
    V6 {
        /// Without what does not count.
        bits: u128,
        /// From the left.
        mask: u128,
    },
}

impl Subnet {
    /// The network that `text` means: an address, `ADDRESS/BITS`, `IPV4/NETMASK`, or the first bytes of an IPv4 address
    /// (`10.1` for `10.1.0.0/16`). `None` if it is none of these.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut parts = text.splitn(2, |&byte| byte == b'/');
        let address = parts.next()?;
        let Some(length) = parts.next() else {
            return Self::single(address).or_else(|| Self::abbreviated(address));
        };
        let address = std::str::from_utf8(address).ok()?.parse().ok()?;
        match address {
            IpAddr::V4(address) => Some(Self::v4(address, v4_mask(length)?)),
            IpAddr::V6(address) => {
                let bits = bits(length, 128)?;
                match address.to_ipv4_mapped() {
                    Some(inner) if bits >= 96 => Some(Self::v4(inner, ones(bits - 96, 32) as u32)),
                    _ => {
                        let mask = ones(bits, 128);
                        let bits = address.to_bits() & mask;
                        Some(Self::V6 { bits, mask })
                    }
                }
            }
        }
    }

    fn single(text: &[u8]) -> Option<Self> {
        Some(match address(text)? {
            IpAddr::V4(address) => Self::v4(address, u32::MAX),
            IpAddr::V6(address) => Self::V6 {
                bits: address.to_bits(),
                mask: u128::MAX,
            },
        })
    }

    /// One to three bytes of an IPv4 address, each but the last followed by a dot, which the last may be, too.
    fn abbreviated(text: &[u8]) -> Option<Self> {
        let text = text.strip_suffix(b".").unwrap_or(text);
        let mut octets = [0; 4];
        let mut given = 0;
        for part in text.split(|&byte| byte == b'.') {
            if given == 3 || part.is_empty() || !part.iter().all(u8::is_ascii_digit) {
                return None;
            }
            octets[given] = std::str::from_utf8(part).ok()?.parse().ok()?;
            given += 1;
        }
        let mask = ones(8 * given as u32, 32) as u32;
        Some(Self::v4(octets.into(), mask))
    }

    fn v4(address: Ipv4Addr, mask: u32) -> Self {
        let bits = address.to_bits() & mask;
        Self::V4 { bits, mask }
    }

    /// Whether `address` is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (*self, address.to_canonical()) {
            (Self::V4 { bits, mask }, IpAddr::V4(address)) => address.to_bits() & mask == bits,
            (Self::V6 { bits, mask }, IpAddr::V6(address)) => address.to_bits() & mask == bits,
            _ => false,
        }
    }
}

/// The address that `text` is, digits alone. IPv4 within IPv6 is IPv4.
pub fn address(text: &[u8]) -> Option<IpAddr> {
    if text.len() > LONGEST {
        return None;
    }
    let address: IpAddr = std::str::from_utf8(text).ok()?.parse().ok()?;
    Some(address.to_canonical())
}

/// A number of bits, or a mask whose ones stand left of its zeros.
fn v4_mask(text: &[u8]) -> Option<u32> {
    if let Some(bits) = bits(text, 32) {
        return Some(ones(bits, 32) as u32);
    }
    let mask: Ipv4Addr = std::str::from_utf8(text).ok()?.parse().ok()?;
    let mask = mask.to_bits();
    (mask.leading_ones() + mask.trailing_zeros() == 32).then_some(mask)
}

fn bits(text: &[u8], most: u32) -> Option<u32> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let bits = std::str::from_utf8(text).ok()?.parse().ok()?;
    (bits <= most).then_some(bits)
}

/// `count` ones, then zeros, `of` bits together.
fn ones(count: u32, of: u32) -> u128 {
    let zeros = of - count;
    (u128::MAX >> (128 - of))
        .checked_shr(zeros)
        .map_or(0, |ones| ones << zeros)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::{Subnet, address};

    fn contains(subnet: &str, address: &str) -> bool {
        let subnet = Subnet::parse(subnet.as_bytes()).unwrap_or_else(|| panic!("{subnet}"));
        subnet.contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_contains_the_addresses_that_begin_with_its_bits() {
        for (subnet, inside, outside) in [
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.9.9.9/8", "10.0.0.1", "9.255.255.255"),
            ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
            ("10.0.0.0/255.0.0.0", "10.1.2.3", "11.1.2.3"),
            ("10.0.0.4/255.255.255.252", "10.0.0.7", "10.0.0.8"),
            ("10", "10.1.2.3", "11.0.0.0"),
            ("10.1", "10.1.2.3", "10.2.0.0"),
            ("10.1.", "10.1.2.3", "10.2.0.0"),
            ("10.1.2", "10.1.2.3", "10.1.3.0"),
            ("::1", "::1", "::2"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("2001:DB8::/32", "2001:db8::1", "2001:db7::"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("2001:db8::1/127", "2001:db8::", "2001:db8::2"),
        ] {
            assert!(contains(subnet, inside), "{subnet} {inside}");
            assert!(!contains(subnet, outside), "{subnet} {outside}");
        }
        assert!(contains("0.0.0.0/0", "255.255.255.255"));
        assert!(contains("::/0", "ffff::"));
    }

    #[test]
    fn ipv4_within_ipv6_is_ipv4() {
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(contains("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!contains("::ffff:10.0.0.1", "10.0.0.2"));
        assert!(!contains("::/0", "10.0.0.1"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert_eq!(address(b"::ffff:10.0.0.1"), Some([10, 0, 0, 1].into()));
    }

    #[test]
    fn what_is_no_address_is_no_network() {
        for wrong in [
            "",
            "/",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "10.0.0.0/255.0.255.0",
            "10.0.0.0/8.8",
            "10/8",
            "10.1/16",
            "256.0.0.1",
            "1.2.3.4.5",
            "10..1",
            ".10",
            "10 ",
            " 10.0.0.1",
            "010.0.0.1",
            "+1",
            "0x10",
            "::/129",
            "::/-1",
            "::g",
            ":::",
            "fe80::1%eth0",
            "[::1]",
            "::1/ffff::",
            "localhost",
            "proxy.example.com",
            "10.0.0.1:80",
            "ten",
            "\u{0}",
        ] {
            assert_eq!(Subnet::parse(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(Subnet::parse(b"\xff"), None);
        for wrong in ["10", "10.1", "010.0.0.1", "::1%lo", "localhost", ""] {
            assert_eq!(address(wrong.as_bytes()), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_network_or_none(text: Vec<u8>) {
            Subnet::parse(&text);
            address(&text);
        }

        #[test]
        fn an_address_is_in_each_of_its_networks(address: IpAddr, other: IpAddr, bits in 0_u32..=128) {
            let address = address.to_canonical();
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.min(most);
            let subnet = Subnet::parse(format!("{address}/{bits}").as_bytes()).unwrap();
            prop_assert!(subnet.contains(address));
            if bits == most {
                prop_assert_eq!(subnet.contains(other), other.to_canonical() == address);
            }
        }
    }
}
