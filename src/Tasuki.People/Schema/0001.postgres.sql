CREATE TABLE account (
    no bigint NOT NULL,
    kind smallint NOT NULL,
    resident_no bigint,
    handle bytea NOT NULL,
    mac bytea NOT NULL,
    sign_in_token bytea,
    sign_in_name bytea,
    password_hash character varying(200),
    totp_seed bytea,
    totp_last_step bigint NOT NULL,
    failed_tries integer NOT NULL,
    locked_until timestamp with time zone,
    code_tries integer NOT NULL,
    created timestamp with time zone NOT NULL,
    CONSTRAINT "PK_account" PRIMARY KEY (no)
);
CREATE UNIQUE INDEX "IX_account_handle" ON account (handle);
CREATE INDEX "IX_account_resident_no" ON account (resident_no);
CREATE UNIQUE INDEX "IX_account_sign_in_token" ON account (sign_in_token);

CREATE TABLE consent (
    no bigint NOT NULL,
    resident_no bigint NOT NULL,
    given timestamp with time zone NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT "PK_consent" PRIMARY KEY (no)
);
CREATE INDEX "IX_consent_resident_no" ON consent (resident_no);

CREATE TABLE cookie_key (
    no bigint NOT NULL,
    xml bytea NOT NULL,
    CONSTRAINT "PK_cookie_key" PRIMARY KEY (no)
);

CREATE TABLE passkey (
    no bigint NOT NULL,
    account_no bigint NOT NULL,
    credential_token bytea NOT NULL,
    credential bytea NOT NULL,
    created timestamp with time zone NOT NULL,
    last_used timestamp with time zone,
    CONSTRAINT "PK_passkey" PRIMARY KEY (no)
);
CREATE INDEX "IX_passkey_account_no" ON passkey (account_no);
CREATE UNIQUE INDEX "IX_passkey_credential_token" ON passkey (credential_token);

CREATE TABLE printed_code (
    account_no bigint NOT NULL,
    mac bytea NOT NULL,
    ends timestamp with time zone NOT NULL,
    used timestamp with time zone,
    CONSTRAINT "PK_printed_code" PRIMARY KEY (account_no, mac)
);

CREATE TABLE resident (
    resident_no bigint NOT NULL,
    state smallint NOT NULL,
    mac bytea NOT NULL,
    profile bytea NOT NULL,
    CONSTRAINT "PK_resident" PRIMARY KEY (resident_no)
);

CREATE TABLE sign_in_session (
    no bigint NOT NULL,
    account_no bigint NOT NULL,
    token_hash bytea NOT NULL,
    created timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    ended timestamp with time zone,
    device bytea NOT NULL,
    CONSTRAINT "PK_sign_in_session" PRIMARY KEY (no)
);
CREATE INDEX "IX_sign_in_session_account_no" ON sign_in_session (account_no);
CREATE UNIQUE INDEX "IX_sign_in_session_token_hash" ON sign_in_session (token_hash);

CREATE TABLE spent_state (
    token bytea NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT "PK_spent_state" PRIMARY KEY (token)
);

CREATE TABLE staff (
    account_no bigint NOT NULL,
    role smallint NOT NULL,
    mac bytea NOT NULL,
    names bytea NOT NULL,
    CONSTRAINT "PK_staff" PRIMARY KEY (account_no)
);
