CREATE TABLE channel (
    no bigint NOT NULL,
    resident_no bigint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    language smallint NOT NULL,
    address bytea NOT NULL,
    created timestamp with time zone NOT NULL,
    check_ends timestamp with time zone,
    check_tries integer NOT NULL,
    failures integer NOT NULL,
    failing_since timestamp with time zone,
    quiet_from integer NOT NULL,
    quiet_until integer NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_channel" PRIMARY KEY (no)
);
CREATE INDEX "IX_channel_resident_no" ON channel (resident_no);
CREATE TABLE delivery (
    no bigint NOT NULL,
    resident_no bigint NOT NULL,
    channel_no bigint NOT NULL,
    kind smallint NOT NULL,
    "check" boolean NOT NULL,
    message bytea NOT NULL,
    urgent boolean NOT NULL,
    state smallint NOT NULL,
    attempts integer NOT NULL,
    claim bigint,
    created timestamp with time zone NOT NULL,
    due timestamp with time zone NOT NULL,
    handed_over timestamp with time zone,
    last_error character varying(60),
    CONSTRAINT "PK_delivery" PRIMARY KEY (no)
);
CREATE UNIQUE INDEX "IX_delivery_resident_no_message_channel_no" ON delivery (resident_no, message, channel_no);
CREATE INDEX "IX_delivery_kind_state_due" ON delivery (kind, state, due);
CREATE INDEX "IX_delivery_created" ON delivery (created);
CREATE TABLE push_key (
    no bigint NOT NULL,
    private_key bytea NOT NULL,
    CONSTRAINT "PK_push_key" PRIMARY KEY (no)
);
