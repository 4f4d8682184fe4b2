# A node: Debian, Kubernetes' programs, and what they need around them.
FROM scratch
ADD node.tar /
COPY files/ /
COPY programs/kubeadm programs/kubectl programs/kubelet /usr/bin/
ARG KUBERNETES
RUN set -eu; \
    echo "$KUBERNETES" >/kind/version; \
    ctr oci spec | jq 'del(.process.rlimits)' >/etc/containerd/base-spec.json; \
    # What a machine starts and a container cannot, or need not.
    rm -rf /etc/systemd/system/*.wants /lib/systemd/system/sysinit.target.wants/dev-hugepages.mount \
      /lib/systemd/system/sysinit.target.wants/sys-fs-fuse-connections.mount \
      /lib/systemd/system/sysinit.target.wants/sys-kernel-*.mount \
      /lib/systemd/system/sysinit.target.wants/systemd-udev*; \
    systemctl set-default multi-user.target; \
    systemctl mask getty.target console-getty.service systemd-logind.service systemd-tmpfiles-clean.timer; \
    systemctl enable containerd.service kubelet.service; \
    mkdir -p /etc/cni/net.d /etc/kubernetes/manifests /var/log
ENV container=docker
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]
