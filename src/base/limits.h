/* limits.h -- every fixed limit of Frontdesk, in one place. Those that an operator may want to
 * move are settings (app/settings.def) whose bounds stand here too. Each is tested on both sides. */
#ifndef FD_LIMITS_H
#define FD_LIMITS_H

enum {
    /* HTTP */
    HTTP_BODY_MAX_BYTES = 1024 * 1024, /* a JSON body */
    HTTP_URL_MAX_BYTES = 4096,
    HTTP_QUERY_PARAMS_MAX = 64,
    HTTP_IDLE_TIMEOUT_S = 30,         /* until a request's headers are there, however they drip */
    HTTP_BODY_LEAST_RATE = 16 * 1024, /* bytes a second, on average, beyond those 30 s */
    HTTP_DRAIN_MAX_BYTES = 64 * 1024 * 1024, /* read and thrown away so that a refusal arrives */
    HTTP_WORKERS = 2,                        /* threads for long reads */
    HTTP_FILE_WORKERS = 8, /* threads that carry files to and from where they are kept */
    HTTP_WORK_QUEUE_MAX = 64,
    HTTP_READERS = 12, /* threads that read from a database across a network */
    HTTP_READ_QUEUE_MAX = 1024,
    UPLOAD_FILES_MAX = 20, /* in one request */
    HTTP_CONNECTIONS_MAX = 4096,
    HTTP_CONNECTION_MEMORY_BYTES = 16 * 1024,
    HTTP_THREADS = 8,
    JSON_DEPTH_MAX = 64,
    FAULT_FIELDS_MAX = 50, /* errors named in one answer */
    SSE_STREAMS_MAX = 3000,
    SSE_BACKLOG_EVENTS = 4096, /* kept in memory for live streams */
    SSE_HEARTBEAT_S = 20,
    SSE_STREAM_MAX_S = 1800,   /* then the browser connects anew and is authenticated anew */
    SSE_CATCH_UP_EVENTS = 100, /* read from the table at a time */
    IDEMPOTENCY_KEY_MAX_BYTES = 255,
    IDEMPOTENCY_KEEP_DAYS = 7,

    /* Write path */
    WRITE_QUEUE_MAX = 1024, /* units that wait; one more is told 503 */
    WRITE_BATCH_MAX = 256,  /* units in one commit */
    UNIT_TRIES_MAX = 5,     /* runs of a batch that a deadlock or a broken connection undid */

    /* PostgreSQL */
    DB_CONNECT_MAX_S = 4,           /* for each address of the URL */
    DB_STATEMENT_MAX_MS = 15000,    /* then the server breaks it off */
    DB_ANSWER_MAX_MS = 20000,       /* then the connection is given up */
    DB_LANE_WAIT_MAX_MS = 10000,    /* for other nodes' batches */
    DB_IDLE_BATCH_MAX_MS = 10000,   /* a node that froze in its batch is thrown out */
    DB_DOWN_PAUSE_MS = 250,         /* between attempts to connect */
    DB_PATIENCE_MS = 5000,          /* how long writes wait for a database that is down */
    DB_OUTCOME_PATIENCE_MS = 30000, /* how long one waits that may be committed or not */
    DB_BATCH_MAX = 60, /* units in one commit: beyond 64 subtransactions snapshots get slow */

    /* Tickets */
    SUBJECT_MAX_CHARS = 500,
    DESCRIPTION_MAX_BYTES = 512 * 1024,
    COMMENT_MAX_BYTES = 512 * 1024,
    NAME_MAX_CHARS = 255,
    EMAIL_MAX_BYTES = 254, /* RFC 5321 section 4.5.3.1 */
    PHONE_MAX_CHARS = 50,
    TAGS_PER_TICKET_MAX = 50,
    TAG_MAX_CHARS = 64,
    CUSTOM_FIELDS_MAX_BYTES = 16 * 1024,
    WATCHERS_PER_TICKET_MAX = 100,
    COMMENTS_PER_TICKET_MAX = 10000,
    LINKS_PER_TICKET_MAX = 200,
    ATTACHMENTS_PER_TICKET_MAX = 1000,
    FILE_NAME_MAX_BYTES = 255,
    BULK_TICKETS_MAX = 1000,
    ASSIGN_CAPACITY_MAX = 1000, /* an agent's max_concurrent_tickets */
    KEYWORDS_MAX = 200,

    /* Files */
    FILE_CHUNK_BYTES = 256 * 1024, /* a row of the database; stored: never changed */
    FILE_UNIT_BYTES = 1024 * 1024, /* of file bytes that one unit writes or reads */
    FILE_GRACE_H = 24,             /* what nothing refers to is kept so long */
    FILE_REMOVAL_S = 600,          /* after which a removal that was broken off may be begun anew */
    FILE_SWEEP_FILES_MAX = 500,    /* looked at in one go; the rest a moment later */
    S3_TRIES_MAX = 4,              /* of one request, with growing waits */
    S3_CONNECT_TIMEOUT_MS = 5000,
    S3_SECRET_MAX_BYTES = 256,

    /* Lists */
    LIST_LIMIT_DEFAULT = 20,
    LIST_LIMIT_MAX = 100,
    LIST_PAGE_ROWS_MAX = 10000, /* page x limit; deeper goes by cursor */
    LIST_COUNT_CAP = 10000,     /* where totals that are not counters stop */
    FILTER_VALUES_MAX = 50,
    SEARCH_QUERY_MAX_CHARS = 500,
    SEARCH_RANKED_MAX = 1000, /* newest matches that are ranked */
    /* Of a ticket's text on PostgreSQL, by the limits of its tsvector: search/search_words.h */
    SEARCH_WORD_MAX_BYTES = 2046,
    SEARCH_PLACES_MAX = 16381,
    SEARCH_WORD_PLACES_MAX = 255,
    SEARCH_WORDS_MAX_BYTES = 1024 * 1024 - 1,
    REPORT_DAYS_MAX = 3660,

    /* People */
    PASSWORD_MIN_CHARS = 12,
    PASSWORD_MAX_BYTES = 1024,
    SIGN_IN_TRIES_MAX = 10, /* an address or an account, in SIGN_IN_WINDOW_S */
    SIGN_IN_WINDOW_S = 900,
    PASSWORD_HASHES_AT_ONCE = 2, /* argon2id takes 64 MiB each */
    SESSION_DAYS = 14,
    TOKEN_DAYS_DEFAULT = 365,
    TOKEN_DAYS_MAX = 3650,

    /* Service levels */
    CALENDAR_SHIFTS_PER_DAY_MAX = 12,
    CALENDAR_HOLIDAYS_MAX = 500,

    /* Mail */
    MAIL_MAX_BYTES = 64 * 1024 * 1024,
    MAIL_MIME_DEPTH_MAX = 30,
    MAIL_PARTS_MAX = 1000,
    MAIL_REFERENCES_MAX = 100, /* the newest are kept */
    MAIL_RECIPIENTS_MAX = 500,
};

#endif
