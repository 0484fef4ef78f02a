-- What is of a type goes with it.
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN code AS varchar(8);
CREATE TABLE person (id int PRIMARY KEY, mood mood, moods mood[] NOT NULL, code code, name text, UNIQUE (mood, name));
CREATE UNIQUE INDEX ON person (lower(name));
CREATE INDEX ON person (code, name);
DROP TYPE IF EXISTS mood CASCADE;
DROP DOMAIN code CASCADE;
DROP INDEX person_lower_idx;
