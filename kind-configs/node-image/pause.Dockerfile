# What holds the namespaces of a pod: the container runtime starts it without a command of its own.
FROM scratch
COPY pause /pause
ENTRYPOINT ["/pause"]
