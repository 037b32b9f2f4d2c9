-- Apps: the register, what people connected, and the tokens given out.
CREATE TABLE smart_app (
    no bigint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    registered timestamp with time zone NOT NULL,
    registered_by bigint,
    checked_by bigint,
    decided_by bigint,
    changed timestamp with time zone NOT NULL,
    content bytea NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_smart_app" PRIMARY KEY (no)
);

CREATE TABLE smart_connection (
    no bigint NOT NULL,
    app_no bigint NOT NULL,
    account_no bigint NOT NULL,
    resident_no bigint,
    grant_no bigint,
    entry_grant_no bigint,
    session_no bigint,
    created timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    ended timestamp with time zone,
    last_used timestamp with time zone,
    stamp bytea NOT NULL,
    content bytea NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_smart_connection" PRIMARY KEY (no)
);
CREATE INDEX "IX_smart_connection_account_no" ON smart_connection (account_no);
CREATE INDEX "IX_smart_connection_app_no" ON smart_connection (app_no);
CREATE INDEX "IX_smart_connection_resident_no" ON smart_connection (resident_no);

CREATE TABLE smart_key (
    no bigint NOT NULL,
    wrapped bytea NOT NULL,
    CONSTRAINT "PK_smart_key" PRIMARY KEY (no)
);

CREATE TABLE smart_launch (
    token bytea NOT NULL,
    app_no bigint NOT NULL,
    account_no bigint NOT NULL,
    resident_no bigint NOT NULL,
    until timestamp with time zone NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_smart_launch" PRIMARY KEY (token)
);

CREATE TABLE smart_token (
    no bigint NOT NULL,
    app_no bigint,
    connection_no bigint,
    resident_no bigint,
    subject bigint,
    type smallint NOT NULL,
    state smallint NOT NULL,
    created timestamp with time zone,
    expires timestamp with time zone,
    redeemed timestamp with time zone,
    reference bytea,
    payload bytea,
    mac bytea NOT NULL,
    CONSTRAINT "PK_smart_token" PRIMARY KEY (no)
);
CREATE INDEX "IX_smart_token_connection_no" ON smart_token (connection_no);
CREATE INDEX "IX_smart_token_expires" ON smart_token (expires);
CREATE UNIQUE INDEX "IX_smart_token_reference" ON smart_token (reference);
