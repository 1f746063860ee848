"""The worker: the program's jobs, run for the Blender add-on over a pipe or a network socket.

The protocol, version 2
=======================

A client starts `momjit worker` and talks to it over the worker's standard input and output, or
connects to one that listens (see "Over a network"). Both directions carry frames, one after
another, and nothing else:

    offset  size  field
    0       4     b"MJIT"
    4       4     H, bytes of the header, unsigned, big endian, 2 .. 1 MiB
    8       8     B, bytes of the body, unsigned, big endian, 0 .. 1 GiB
    16      H     the header: one JSON object in UTF-8, without NaN or infinity
    16+H    B     the body: raw bytes

A frame that breaks these rules ends the connection, since nothing after it can be trusted. The
worker's own standard output is moved to standard error before any job is imported, so a stray
`print`, also one in a C library, reaches the log and never the protocol.

Every header has a "type". The client speaks first:

    client  hello      protocol: int
    worker  hello      protocol: int, program: "momjit", version: str, jobs: [str]
    worker  refused    protocol: int, message: str       another protocol version; the worker ends

Then, in any number and order:

    client  start      id: int, job: str, arguments: {str: JSON},
                       files: [{name: str, size: int, argument: str | null}]
    client  cancel     id: int                           ignored when the job has ended already

The worker runs one job at a time, in the order of their start frames, keeps loaded models in
memory between jobs, and answers each start with any number of progress frames and exactly one
of the last three:

    worker  progress   id: int, fraction: 0..1, message: str
    worker  done       id: int, result: {str: JSON}, files: [{name: str, size: int}]
    worker  failed     id: int, kind: "user" | "defect", message: str
    worker  cancelled  id: int

The body of `start` and of `done` is the listed files, concatenated in the order of `files`; all
other bodies are empty. A name is a plain file name, never a path: paths do not cross, because the
two ends may have different disks. The files of a job lie together in a temporary folder while it
runs; those with an `argument` are what the job gets for that argument. "user" errors are the
user's to fix, in one line; a "defect" is ours, and its traceback is on standard error.

Cancelling is cooperative: the job stops at its next report of progress. A client that does not
want to wait kills the process. At the end of the client's stream the worker cancels what it is
doing and ends; if the job does not notice within `pipes.GRACE` seconds it ends all the same.

Over a network
==============

`momjit worker --listen HOST:PORT --token-file FILE` serves several clients, whose jobs take
turns. Before the hello each end proves to the other that it knows the token, without sending it:

    worker  challenge  protocol: int, nonce: str         64 hexadecimal digits, never used twice
    client  proof      nonce: str, mac: str              HMAC(token, "momjit client" WN CN)
    worker  welcome    mac: str                          HMAC(token, "momjit worker" WN CN)
    worker  refused    protocol: int, message: str       instead of welcome; the connection ends

HMAC is that of SHA-256 in hexadecimal, of the ASCII words with a line feed between, where WN and
CN are the nonces of the worker and of the client. A client that meets another protocol version
goes. Until the proof is accepted frames are bounded to `listen.STRANGER_HEADER` bytes without a
body, and have to arrive within `listen.STRANGER_PATIENCE` seconds.

The token keeps strangers out; it does not hide the texts, recordings and clips that follow. For
that give a certificate (`--certificate FILE`, a PEM file with its key), whose SHA-256 fingerprint
the worker prints and the add-on checks, or listen on the loopback address and come through a
tunnel: `ssh -L 7788:127.0.0.1:7788 HOST`.

The jobs, their arguments and results are those of `gesture_core.jobs`.
"""
