-- limosa: dependencies shop.0001_initial
-- limosa: forwards
INSERT INTO shop_product (name, price) VALUES ('pen', 2);
INSERT INTO shop_product (name, price) VALUES ('ink', 5);
UPDATE shop_product SET price = price + 1;
-- limosa: backwards
DELETE FROM shop_product;
