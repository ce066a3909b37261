-- The data of a new blog, then a slug for every post that has none.
-- limosa: dependencies blog.0002_post_slug, accounts.0002_user_role
-- limosa: forwards
INSERT INTO accounts_user (email, name, is_active, role) VALUES ('ada@example.org', 'Ada', TRUE, 'author');

INSERT INTO blog_post (title, body, author_id)
SELECT 'Hello world', 'The first post; it says "hello"; nothing more.', id FROM accounts_user WHERE email = 'ada@example.org';

UPDATE blog_post SET slug = lower(replace(title, ' ', '-')) WHERE slug IS NULL;
-- limosa: backwards
DELETE FROM blog_post WHERE slug = 'hello-world';
DELETE FROM accounts_user WHERE email = 'ada@example.org';
