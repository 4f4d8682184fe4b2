# The harness with every host tool that it runs, for machines without Node or without the tools.
#
#   docker build --tag leakproof .
#   docker run --rm --privileged --volume leakproof-cache:/cache --volume "$PWD/out:/out" \
#     leakproof conformance --engine reference --out /out
#
# --privileged: the run makes namespaces of its own, mounts in them, and traces. The cache keeps etcd and kube-apiserver.
FROM node:24-trixie-slim

# Those of harness/machine/host-tools.js.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends \
    bubblewrap \
    ca-certificates \
    conntrack \
    ipset \
    iproute2 \
    iptables \
    mount \
    nftables \
    strace \
    util-linux \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /leakproof
# The packages alone first: a change of the sources does not fetch them again.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY . .

ENV XDG_CACHE_HOME=/cache
VOLUME /cache
ENTRYPOINT ["node", "/leakproof/bin/leakproof.js"]
CMD ["doctor"]
