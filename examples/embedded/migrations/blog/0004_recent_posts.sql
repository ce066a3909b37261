-- limosa: dependencies blog.0003_post_slug_unique
-- limosa: forwards
CREATE VIEW recent_posts AS SELECT slug, title FROM blog_post ORDER BY id DESC LIMIT 10;
-- limosa: backwards
DROP VIEW recent_posts;
