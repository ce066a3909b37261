//! Digests of texts, in hexadecimal digits; null in, null out.

use md5::{Digest, Md5};
use rusqlite::{Connection, Result};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::deterministic;

/// A digest with its name in SQL.
type Named = (&'static str, fn(&[u8]) -> String);

/// The digests.
const DIGESTS: &[Named] = &[
    ("MD5", |text| hex::encode(Md5::digest(text))),
    ("SHA1", |text| hex::encode(Sha1::digest(text))),
    ("SHA224", |text| hex::encode(Sha224::digest(text))),
    ("SHA256", |text| hex::encode(Sha256::digest(text))),
    ("SHA384", |text| hex::encode(Sha384::digest(text))),
    ("SHA512", |text| hex::encode(Sha512::digest(text))),
];

/// Registers the digests.
pub(super) fn register(connection: &Connection) -> Result<()> {
    for (name, digest) in DIGESTS {
        deterministic(connection, name, 1, move |context| {
            Ok(context.get::<Option<String>>(0)?.map(|text| digest(text.as_bytes())))
        })?;
    }
    Ok(())
}
