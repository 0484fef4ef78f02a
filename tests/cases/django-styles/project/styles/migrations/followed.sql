CREATE TABLE followed_file (id integer);
CREATE INDEX followed_file_ix ON followed_file (id);
