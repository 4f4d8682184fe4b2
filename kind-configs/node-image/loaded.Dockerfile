# The node with the images of its components in containerd's store.
ARG NODE
FROM ${NODE}
ADD store.tar /var/lib/containerd/
ARG KEY
LABEL dev.leakproof.node-image=${KEY}
