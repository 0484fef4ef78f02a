CREATE TABLE IF NOT EXISTS "Owner" (
    Id integer PRIMARY KEY AUTOINCREMENT,
    [my name] varchar(30) NOT NULL DEFAULT 'x' COLLATE NOCASE,
    `price` decimal(10, 2) DEFAULT -1.5 CONSTRAINT dear CHECK (price > 1) UNIQUE ON CONFLICT IGNORE,
    seen datetime DEFAULT CURRENT_TIMESTAMP,
    untyped,
    bare DEFAULT (1 + 2) NOT NULL,
    'texty' text NULL,
    twice integer GENERATED ALWAYS AS (price * 2) VIRTUAL,
    kept integer AS (price * 3) STORED,
    UNIQUE ([my name], seen), CHECK (seen > untyped)
);
CREATE TABLE main.pet (
    a int, b int, owner_id integer NOT NULL REFERENCES owner ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT pk PRIMARY KEY (a, b DESC) ON CONFLICT REPLACE,
    CONSTRAINT fk FOREIGN KEY (b) REFERENCES OWNER (ID) ON UPDATE SET DEFAULT
) WITHOUT ROWID, STRICT;
CREATE TEMPORARY TABLE passing (a int);
CREATE TABLE temp.also_passing (a int);
CREATE TRIGGER tr AFTER INSERT ON pet WHEN NEW.a > 1 BEGIN
  UPDATE pet SET b = CASE WHEN a > 1 THEN 2 ELSE 3 END; DELETE FROM pet WHERE a = 3;
END;
CREATE VIEW v AS SELECT CASE a WHEN 1 THEN 2 END FROM pet;
CREATE UNIQUE INDEX IF NOT EXISTS main.pet_b ON pet (b, a DESC) WHERE a > 3;
CREATE INDEX owner_lower ON owner (lower([my name]) COLLATE NOCASE, price COLLATE binary DESC, untyped);
CREATE INDEX owner_seen ON owner (seen);
DROP INDEX IF EXISTS main.owner_SEEN;
PRAGMA foreign_keys = OFF;
