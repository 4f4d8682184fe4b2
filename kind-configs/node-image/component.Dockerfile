# One program on the base that it needs.
ARG BASE=scratch
FROM ${BASE}
ARG PROGRAM
COPY ${PROGRAM} /usr/local/bin/
