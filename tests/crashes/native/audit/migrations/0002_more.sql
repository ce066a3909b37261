-- limosa: dependencies audit.0001_initial
-- limosa: atomic false
-- limosa: forwards
ALTER TABLE audit_line ADD COLUMN level integer NULL;
UPDATE audit_line SET level = 1;
INSERT INTO audit_line (id, text, level) VALUES (2, 'more', 2);
-- limosa: backwards
DELETE FROM audit_line WHERE id = 2;
ALTER TABLE audit_line DROP COLUMN level;
