-- limosa: dependencies comments.0001_initial, blog.0004_post_slug_unique
-- limosa: forwards
CREATE VIEW comments_per_post AS
SELECT p.id, p.slug, count(c.id) AS comments FROM blog_post p LEFT JOIN comments_comment c ON c.post_id = p.id GROUP BY p.id, p.slug;
-- limosa: backwards
DROP VIEW comments_per_post;
