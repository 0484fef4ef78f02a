-- Names that the server gives, and constraints that are altered by name.
CREATE TABLE p (id int PRIMARY KEY, name text, n int);
CREATE TABLE c (id int PRIMARY KEY, p_id int REFERENCES p, q_id int CONSTRAINT c_q REFERENCES p DEFERRABLE);
CREATE INDEX ON p (lower(name), n);
CREATE INDEX ON p ((n + 1));
CREATE INDEX ON p (coalesce(name, 'x'));
DROP INDEX p_lower_n_idx;
DROP INDEX p_expr_idx;
DROP INDEX p_coalesce_idx;
ALTER TABLE c ALTER CONSTRAINT c_p_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE c ALTER CONSTRAINT c_q NOT DEFERRABLE;
