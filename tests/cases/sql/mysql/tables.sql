-- Every way to say a column, and what stands beside it.
CREATE TABLE `Owner` (
    `Id` int unsigned NOT NULL AUTO_INCREMENT COMMENT 'it''s; a key',
    Name varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT "x",
    seen timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    sizes longtext CHECK (json_valid(sizes)),
    price decimal(10,2) DEFAULT 1.50 CHECK (price > 1),
    kind enum('a','b, c','d') DEFAULT 'a',
    a smallint(5), b tinyint(1), c double, d float, e char(3), f blob, g json, h datetime(6) DEFAULT CURRENT_TIMESTAMP(6), i bool DEFAULT false,
    j date, k time(6), m bit(3) DEFAULT b'011', n mediumtext, o year, p varbinary(20), q set('x','y'),
    twice int GENERATED ALWAYS AS (a * 2) STORED, half int AS (a / 2) VIRTUAL INVISIBLE,
    PRIMARY KEY (`Id`), UNIQUE KEY owner_name (name(10), a DESC), KEY (a, b) USING BTREE, INDEX j (j) COMMENT 'x',
    FULLTEXT INDEX words (n), CONSTRAINT three UNIQUE (a, b, c)
) ENGINE=InnoDB AUTO_INCREMENT = 7 DEFAULT CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci COMMENT='a; b';
CREATE TABLE pet (
    id serial,
    owner_id int unsigned NOT NULL,
    second int unsigned,
    third int unsigned DEFAULT 3 KEY,
    CONSTRAINT pet_second FOREIGN KEY second_key (second) REFERENCES `Owner` (`ID`) ON DELETE SET NULL ON UPDATE NO ACTION,
    CHECK (owner_id <> third)
) -- the end
;
CREATE TABLE IF NOT EXISTS pet (b int);
CREATE TABLE quick (a int KEY) /*!40101 ENGINE=InnoDB */ # once more; and again
;
/*!40101 SET NAMES utf8 */;
/*!80000 CREATE TABLE only_mysql (a int) */;
CREATE TEMPORARY TABLE passing (a int);
DROP TEMPORARY TABLE passing;
