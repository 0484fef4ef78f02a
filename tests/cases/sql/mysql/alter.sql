CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, name varchar(10) NOT NULL DEFAULT 'x', n int UNIQUE, code varchar(9), price int, gone int,
    KEY pair (code, gone), KEY code (code), KEY gone (gone), CONSTRAINT pos CHECK (price > 0));
CREATE TABLE b (id int, a_id int, a_n int, note text, KEY a_n (a_n), KEY a_id (a_id), FOREIGN KEY (a_n) REFERENCES a (n));
ALTER TABLE a MODIFY COLUMN name varchar(20), CHANGE code label char(9) NOT NULL DEFAULT 'y' AFTER name, ADD born date NOT NULL FIRST,
    ADD COLUMN (p int, q int DEFAULT 4), DROP COLUMN gone, ALTER price SET DEFAULT 3, ALGORITHM=COPY, LOCK = SHARED;
ALTER TABLE a MODIFY id bigint AUTO_INCREMENT;
ALTER TABLE a DROP INDEX code, ADD INDEX born_label (born, label(3)), ADD FULLTEXT KEY (name), ADD UNIQUE INDEX pq (p, q), ADD KEY (q);
ALTER TABLE a ALTER COLUMN price DROP DEFAULT, DROP CONSTRAINT pos, ENGINE=InnoDB, COMMENT 'x';
ALTER TABLE b DROP FOREIGN KEY b_ibfk_1;
ALTER TABLE b DROP INDEX a_n;

ALTER TABLE b ADD PRIMARY KEY (id);
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES b (id), ADD CHECK (a_n > 1);
ALTER TABLE b RENAME COLUMN note TO remark;
ALTER TABLE b DROP FOREIGN KEY b_a, DROP PRIMARY KEY;
CREATE INDEX later ON b (a_id, a_n);
DROP INDEX later ON b;
RENAME TABLE a TO c, b TO a;
ALTER TABLE c RENAME TO b, ADD x int;
DROP TABLE IF EXISTS nix, other CASCADE;
