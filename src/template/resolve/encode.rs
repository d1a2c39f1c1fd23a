//! `Fn::Base64`, `Fn::Cidr` and `Fn::ToJsonString`: values in another notation.

use std::net::IpAddr;

use serde_json::Value;

use super::text;
use crate::facts::Part;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let symbol = ALPHABET[(bits >> (18 - 6 * index) & 63) as usize];
            encoded.push(if index <= chunk.len() { char::from(symbol) } else { '=' });
        }
    }
    encoded
}

/// The first `count` subnets of `block` with `bits` bits for hosts
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html>).
pub(super) fn cidr(block: &str, count: &str, bits: Option<&str>) -> Result<Vec<String>, String> {
    let malformed = || format!("{block:?} is not an address block");
    let (address, length) = block.split_once('/').ok_or_else(malformed)?;
    let address: IpAddr = address.parse().map_err(|_| malformed())?;
    let length: u32 = length.parse().map_err(|_| malformed())?;
    let (width, value): (u32, u128) = match address {
        IpAddr::V4(address) => (32, u128::from(u32::from(address))),
        IpAddr::V6(address) => (128, u128::from(address)),
    };
    let count: u128 = count.parse().ok().filter(|count| (1..=256).contains(count)).ok_or("a count is 1 to 256")?;
    let host_bits: u32 = match bits {
        Some(bits) => bits.parse().map_err(|_| format!("{bits:?} is not a number of bits"))?,
        None if width == 32 => 8, // as the page's examples leave it out: what a /24 leaves
        None => return Err("IPv6 needs a number of bits".to_owned()),
    };
    let spare = width.checked_sub(length).and_then(|spare| spare.checked_sub(host_bits));
    let fits = spare.is_some_and(|spare| spare >= 8 || count <= 1 << spare);
    if !fits || host_bits >= 128 {
        return Err(format!("{count} blocks of {host_bits} bits do not fit into {block}"));
    }
    let network = value & u128::MAX.checked_shl(width - length).unwrap_or(0);
    let blocks = (0..count).map(|index| {
        let start = network.wrapping_add(index << host_bits);
        let start = match address {
            IpAddr::V4(_) => IpAddr::V4(u32::try_from(start & u128::from(u32::MAX)).unwrap_or_default().into()),
            IpAddr::V6(_) => IpAddr::V6(start.into()),
        };
        format!("{start}/{}", width - host_bits)
    });
    Ok(blocks.collect())
}

/// JSON whose texts may have parts that are not known.
pub(super) fn json(value: &Value, parts: &mut Vec<Part>) {
    let mut put = |text: &str| parts.push(Part::Literal(text.to_owned()));
    match value {
        Value::Array(items) => {
            put("[");
            for (index, item) in items.iter().enumerate() {
                parts.push(Part::Literal(if index > 0 { ",".to_owned() } else { String::new() }));
                json(item, parts);
            }
            parts.push(Part::Literal("]".to_owned()));
        }
        Value::Object(map) => match text::parts(value) {
            Ok(inside) => {
                put("\"");
                parts.extend(inside.into_iter().map(escaped));
                parts.push(Part::Literal("\"".to_owned()));
            }
            Err(_) => {
                put("{");
                for (index, (key, item)) in map.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    parts.push(Part::Literal(format!("{comma}{}:", Value::String(key.clone()))));
                    json(item, parts);
                }
                parts.push(Part::Literal("}".to_owned()));
            }
        },
        scalar => put(&scalar.to_string()),
    }
}

/// A literal inside a JSON string.
fn escaped(part: Part) -> Part {
    match part {
        Part::Literal(text) => {
            let quoted = Value::String(text).to_string();
            Part::Literal(quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn base64_is_rfc_4648() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"), ("é", "w6k=")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn subnets_as_documented() {
        let blocks = cidr("192.168.0.0/24", "6", Some("5")).expect("blocks");
        assert_eq!(blocks[..2], ["192.168.0.0/27", "192.168.0.32/27"]);
        assert_eq!(blocks.len(), 6);
        assert_eq!(cidr("10.0.5.9/16", "2", None).expect("blocks"), ["10.0.0.0/24", "10.0.1.0/24"]);
        assert_eq!(cidr("2001:db8::/56", "2", Some("64")).expect("blocks"), ["2001:db8::/64", "2001:db8:0:1::/64"]);
        for (block, count, bits) in [
            ("10.0.0.0", "1", None),
            ("10.0.0.0/24", "0", None),
            ("10.0.0.0/24", "257", Some("1")),
            ("10.0.0.0/24", "2", Some("8")),
            ("10.0.0.0/33", "1", Some("1")),
            ("10.0.0.0/99999999999", "1", Some("1")),
            ("::/0", "2", Some("128")),
            ("::/0", "1", Some("4294967295")),
        ] {
            assert!(cidr(block, count, bits).is_err(), "{block} {count} {bits:?}");
        }
    }

    #[test]
    fn json_keeps_parts_inside_texts() {
        let value = json!({"a": [1, true, "x\"y"], "b": {"$text": [{"Literal": "q\"-"}, {"Pseudo": "AWS::Region"}]}});
        let mut parts = Vec::new();
        super::json(&value, &mut parts);
        let shown = crate::facts::Text::new(parts).to_string();
        assert_eq!(shown, "{\"a\":[1,true,\"x\\\"y\"],\"b\":\"q\\\"-${AWS::Region}\"}");
    }
}
