//! The data migration `fill_slugs`: what SQL cannot do well, done in Rust.

use std::error::Error;

use limosa::Transaction;

/// Gives every post without a slug one, made from its title.
///
/// It runs inside the migration's transaction: when it fails, nothing of the migration stays.
pub(crate) async fn fill(tx: Transaction<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
    for row in tx.query("SELECT id, title FROM blog_post WHERE slug IS NULL ORDER BY id", &[]).await? {
        let (id, title) = (row.int(0)?.unwrap_or_default(), row.text(1));
        // A slug holds nothing that would have to be quoted.
        let slug = format!("{}-{id}", slugify(title));
        tx.execute(&format!("UPDATE blog_post SET slug = '{slug}' WHERE id = {id}")).await?;
    }
    Ok(())
}

/// Keeps letters and digits, in lower case, and puts one hyphen between words.
fn slugify(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    slug.truncate(60);
    slug
}
