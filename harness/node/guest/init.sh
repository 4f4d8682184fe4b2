#!/bin/busybox sh
# First process of a guest. leakproof.start= on the kernel's command line is a script on this machine's file
# system, which goes on; leakproof.probe ends the guest at once: it shows that the kernel boots.
b=/bin/busybox
fail() { echo "leakproof: $1"; $b poweroff -f; }
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
for word in $($b cat /proc/cmdline); do
  case $word in
    leakproof.probe) echo leakproof: booted; $b poweroff -f ;;
    leakproof.start=*) start=${word#*=} ;;
    leakproof.modules=*) modules=${word#*=} ;;
    leakproof.program=*) program=${word#*=} ;;
  esac
done
for module in /mods/*.ko; do $b insmod "$module" || fail "cannot insert $module"; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro root /lower || fail "no root over 9p"
$b mount -t tmpfs -o mode=0755 tmpfs /rw
$b mkdir /rw/upper /rw/work
# The files are those of an id that is not known here: their s bits would make root somebody else.
$b mount -t overlay -o nosuid,lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /new || fail "no overlay"
echo leakproof: the files of the machine are there
# Both lie in a directory that the guest's own /run covers.
$b cp "/lower$start" /start || fail "no $start"
$b mount -t tmpfs -o mode=0755 tmpfs /new/run
$b mkdir -p /new/run/guest /new/lib/modules
$b cp /bin/busybox /new/run/guest/modprobe
$b cp /start /new/run/guest/start
$b cp -a "/lower$program" /new/run/guest/program || fail "no $program"
version=$($b uname -r)
$b mkdir -p "/new/lib/modules/$version"
$b mount --bind "/lower$modules" "/new/lib/modules/$version" || fail "no modules in $modules"
# What a tool asks the kernel for, the kernel asks this for.
echo /run/guest/modprobe >/proc/sys/kernel/modprobe
for directory in dev proc sys; do $b mount --move /$directory /new/$directory; done
exec $b switch_root /new /bin/sh /run/guest/start
