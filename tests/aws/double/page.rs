//! Pages of lists: small if a test says so, with tokens that mean nothing to anybody else.

use super::call::{Call, Refusal};

/// One page: its items, and the token of the next.
pub(crate) type Page<T> = (Vec<T>, Option<String>);

/// How a list is paged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging<'c> {
    /// The token that came with the call.
    pub(crate) token: Option<&'c str>,
    /// Items of a page: what the caller asked for or the service gives, and at most what the test allows.
    pub(crate) size: usize,
    /// How the service refuses a token that it did not give.
    pub(crate) invalid: &'static str,
}

impl Paging<'_> {
    /// The page that the token asks for.
    pub(crate) fn of<T>(self, call: &Call, items: impl ExactSizeIterator<Item = T>) -> Result<Page<T>, Refusal> {
        let start = match self.token.filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => place(token, call)
                .filter(|place| *place < items.len())
                .ok_or_else(|| Refusal::new(400, self.invalid, format!("{token} is no token of this list")))?,
        };
        let end = start + self.size.max(1);
        let next = (end < items.len()).then(|| token(end, call));
        Ok((items.skip(start).take(self.size.max(1)).collect(), next))
    }
}

/// Of the signs that base64 has, so that whoever forgets to encode them for a query is found out.
fn token(place: usize, call: &Call) -> String {
    format!("{place}+{:x}/==", seal(call))
}

/// Where a token points, if it is one of this operation and these resources.
fn place(token: &str, call: &Call) -> Option<usize> {
    let (place, rest) = token.strip_suffix("/==")?.split_once('+')?;
    (rest == format!("{:x}", seal(call))).then(|| place.parse().ok())?
}

/// FNV-1a over operation and resources: the token of one list is none of another.
fn seal(call: &Call) -> u64 {
    let bytes = call.keys.iter().map(String::as_str).chain([call.operation]).flat_map(str::bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
