-- That a resident was told of the end of a category.
CREATE TABLE unneeded_told (
    key bytea NOT NULL,
    ended date NOT NULL,
    told date NOT NULL,
    erases date NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_unneeded_told" PRIMARY KEY (key)
);
