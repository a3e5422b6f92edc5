# shellcheck shell=bash
# Sourced by the scripts that install other programs: what is missing of Debian's.
# Needs $python, $log, say(), and $debian: COMMAND=PACKAGE or -mMODULE=PACKAGE, blank-separated.

has() {
	case $1 in
	-m*) "$python" -c "import ${1#-m}" 2>/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

missing() {
	for pair in $debian; do
		has "${pair%%=*}" || echo "${pair#*=}"
	done
}

from_debian() {
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q
	for package in "$@"; do
		apt-get install -q -y --no-install-recommends "$package"
	done
}

# install_debian CONSEQUENCE: as root, what it can; says of the rest what follows.
install_debian() {
	local packages why='not installed, and only root can install it'
	mapfile -t packages < <(missing)
	if [ "${#packages[@]}" -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		say "installing ${packages[*]}"
		from_debian "${packages[@]}" >>"$log" 2>&1
		mapfile -t packages < <(missing)
	fi
	[ "$(id -u)" != 0 ] || why="could not be installed, see $log"
	for package in "${packages[@]}"; do
		say "$package: $why; $1"
	done
}
