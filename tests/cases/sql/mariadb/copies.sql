-- Tables that are made like others.
CREATE TABLE source (
    id integer AUTO_INCREMENT PRIMARY KEY,
    name varchar(30) NOT NULL DEFAULT 'x',
    code integer,
    price decimal(9, 2) NOT NULL,
    UNIQUE KEY named (name, code),
    KEY by_price (price),
    CONSTRAINT positive CHECK (code > 0)
);
CREATE TABLE pointing (id bigint PRIMARY KEY, source integer, FOREIGN KEY (source) REFERENCES source (id));
CREATE TABLE like_plain LIKE source;
CREATE TABLE IF NOT EXISTS like_group (LIKE pointing);
ALTER TABLE like_plain DROP INDEX named, ADD COLUMN more integer;
