-- The operator's purposes with their basis.
CREATE TABLE purpose_version (
    code character varying(40) NOT NULL,
    version integer NOT NULL,
    at timestamp with time zone NOT NULL,
    officer bigint NOT NULL,
    state smallint NOT NULL,
    operator smallint NOT NULL,
    japanese character varying(500) NOT NULL,
    english character varying(500) NOT NULL,
    easy character varying(500) NOT NULL,
    basis smallint NOT NULL,
    basis_name character varying(100),
    basis_place character varying(100),
    duty character varying(500),
    relation character varying(500),
    categories integer NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_purpose_version" PRIMARY KEY (code, version)
);
