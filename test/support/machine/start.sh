#!/usr/bin/env bash
# Run by test/support/machine.ts in a mount namespace of its own. BASE: an empty folder, PORT: of sshd.
# The machine is this one's own root, copied on write: an overlay that is gone with the process. sshd, bash, coreutils,
# sfdisk, mkfs.xfs, mount, blkid, sysctl and flock are real. Not real: systemctl, curl, apt-get (programs of stubs/), the K3s
# binary that curl "downloads", and /proc/sys/fs/inotify, which would be the whole machine's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mount -t tmpfs tmpfs "$BASE/rw"
mkdir "$BASE/rw/upper" "$BASE/rw/work" "$BASE/rw/inotify"
mount -t overlay overlay -o "lowerdir=/,upperdir=$BASE/rw/upper,workdir=$BASE/rw/work" "$BASE/root"
root=$BASE/root
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --bind /sys "$root/sys"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
printf '128\n' >"$BASE/rw/inotify/max_user_instances"
printf '8192\n' >"$BASE/rw/inotify/max_user_watches"
mount --bind "$BASE/rw/inotify" "$root/proc/sys/fs/inotify"
rm -rf "$root/usr/local/bin/k3s" "$root/etc/rancher" "$root/var/lib/rancher" "$root/var/lib/mybinder"
printf '# the machine in a test\n' >"$root/etc/fstab"
mkdir -p "$root/opt/stubs" "$root/run/sshd" "$root/var/lib/stub"
cp "$here"/stubs/* "$root/opt/stubs/"
chmod 755 "$root"/opt/stubs/*
cp "$BASE/host_key" "$BASE/host_key.pub" "$BASE/authorized_keys" "$root/opt/"
chmod 600 "$root/opt/host_key" "$root/opt/authorized_keys"
cat >"$root/opt/sshd_config" <<CONFIG
ListenAddress 127.0.0.1
Port $PORT
HostKey /opt/host_key
AuthorizedKeysFile /opt/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
StrictModes no
PidFile none
SetEnv PATH=/opt/stubs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CONFIG
exec chroot "$root" /usr/sbin/sshd -D -e -f /opt/sshd_config
