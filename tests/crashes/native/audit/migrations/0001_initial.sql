-- limosa: dependencies shop.0001_initial
-- limosa: forwards
CREATE TABLE audit_line (id integer NOT NULL PRIMARY KEY, text varchar(80) NOT NULL);
CREATE INDEX audit_text ON audit_line (text);
INSERT INTO audit_line (id, text) VALUES (1, 'begin; or end');
-- limosa: backwards
DROP TABLE audit_line;
