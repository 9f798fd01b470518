# search.sh: what both scripts of this folder look for, and how. To be sourced, with `build` and `work` set.
#
# Markers are Qz, three letters that say where they stood, Xv and a number.

# The beginnings of all markers of these kinds, in each form in which a file may hold them: as they are, in upper and lower case, in
# hexadecimal, and in base64 at each of its three alignments; into $work.needles.
make_needles() {
    local kind plain form
    for kind in "$@"; do
        plain=Qz${kind}Xv
        for form in "$plain" "${plain^^}" "${plain,,}"; do add_forms "$form"; done
    done | sort -u > "$work.needles"
}

add_forms() {
    local plain=$1 hex shift coded from=(0 2 3)
    echo "$plain"
    hex=$(printf %s "$plain" | od -An -tx1 | tr -d ' \n')
    echo "$hex"
    echo "${hex^^}"
    for shift in 0 1 2; do
        coded=$( (head -c "$shift" /dev/zero; printf %s "$plain") | base64)
        coded=${coded:from[shift]:(shift + ${#plain}) * 8 / 6 - from[shift]}
        echo "$coded"
        echo "$coded" | tr '+/' '-_'
    done
}

bad=0
fail() {
    echo "personal: $*"
    bad=1
}

# The search itself finds what is there.
try_needles() {
    local form
    for form in "xQz$1Xv00001Kw" "$(printf '12Qz%sXv00001Kw' "$1" | base64)" "$(printf '1Qz%sXv' "$2" | base64)" \
        "$(printf 'Qz%sXv' "$2" | od -An -tx1 | tr -d ' \n')"; do
        grep -qF -f "$work.needles" <<< "$form" || fail "the search itself does not find $form"
    done
}

searched=0
# All files below the working folder but those that `find` is told to leave out; what is packed is unpacked.
search() {
    local file packed files=()
    while IFS= read -r file; do files+=("$file"); done < <(find . -type f "$@")
    searched=$((searched + ${#files[@]}))
    while IFS= read -r file; do fail "$file holds a marker"; done < <(grep -alF -f "$work.needles" -- "${files[@]}" < /dev/null)
    for packed in "${files[@]}"; do
        [[ $packed == *.gz* ]] || continue
        ! { gzip -dcq "$packed" 2> /dev/null || true; } | grep -aF -f "$work.needles" > /dev/null || fail "$packed holds a marker"
    done
}

make_keys() {
    (umask 077 && printf 'pseudonym p1 %s\nseal s1 %s\n' "$(printf '0a%.0s' {1..32})" "$(printf '0b%.0s' {1..32})" > "$1")
}
