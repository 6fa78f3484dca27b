/// How to check a bundle by hand, in words for its README.txt.
public enum BundleGuide {
    /// The procedure, which needs a Unix shell, `sha256sum` and `openssl` (3.0 or newer) only.
    public static let text = #"""
        HOW TO CHECK THIS BUNDLE WITHOUT ITS MAKER'S PROGRAMS

        You need a Unix shell, sha256sum and openssl 3.0 or newer. Unpack the archive and run the
        commands below in the folder that comes out of it. They write into the folder /tmp/check:

            mkdir -p /tmp/check

        You also need the public key of the log, as a line of text: a name, a plus sign, eight
        digits, a plus sign and letters. Get it from its owner, not from this bundle. The key in the
        first line of data/log/vkeys.txt must be the same; a forger would have put his own there.

        1. Is everything here, and undamaged?

            sha256sum --quiet -c manifest-sha256.txt
            sha256sum --quiet -c tagmanifest-sha256.txt

        Both print nothing when all is well. Everything in the folder data must be listed in
        manifest-sha256.txt. This prints what is not:

            find data -type f | while read -r file; do
              grep -q "  $file\$" manifest-sha256.txt || echo "$file"
            done

        2. Did the log sign this bundle, and this state of the log?

        Two files are signed: "signature" and "data/log/checkpoint". Each is a text, an empty line
        and one or more lines with a dash, the name of a key, and a signature. The third line of the
        text in "signature" must be what "sha256sum tagmanifest-sha256.txt" prints. Put the key
        between the quotation marks, and run this for each file:

            key='PUT THE KEY OF THE LOG HERE'
            file=signature
            name=${key%%+*}
            printf '\060\052\060\005\006\003\053\145\160\003\041\000' > /tmp/check/key
            echo "${key##*+}" | openssl base64 -d -A | tail -c 32 >> /tmp/check/key
            sed '/^$/,$d' "$file" > /tmp/check/text
            grep "^— $name " "$file" | sed 's/.* //' | openssl base64 -d -A |
              tail -c 64 > /tmp/check/signature
            openssl pkeyutl -verify -pubin -keyform DER -inkey /tmp/check/key -rawin \
              -in /tmp/check/text -sigfile /tmp/check/signature

        It prints "Signature Verified Successfully". The text of the checkpoint has three lines: the
        name of the log, the number of its entries, and the root hash that stands for all of them.

        3. Is a record what was committed to at the time?

        Take record 12 and its group "output" as an example. The commitment is the hash of 32 random
        bytes and the content:

            cat data/evidence/12/output.nonce data/evidence/12/output.json | sha256sum

        A group that is not disclosed has its commitment in output.commitment instead, and a line in
        data/redactions.ndjson says why. The entry of the log is three bytes and the commitments of
        all groups, in the order in which data/evidence/12/envelope.json names them:

            tail -c +4 data/evidence/12/entry.bin | od -An -v -tx1 -w32 | tr -d ' '

        prints one commitment a line. Entries of the journal, in data/journal, have a single group,
        "event". Of an erased record only the entry is left, and that it was logged can be checked.

        4. Is the record in the log?

        This starts from the entry, joins it with the hashes of the proof, and ends at the root:

            entry=data/evidence/12/entry.bin
            proof=data/proofs/12.tlog-proof
            place=$(sed -n 's/^index //p' "$proof")
            last=$(($(sed -n 2p data/log/checkpoint) - 1))
            cd_hash() { openssl dgst -sha256 -binary; }
            { printf '\0'; cat "$entry"; } | cd_hash > /tmp/check/node
            for line in $(sed '1,/^index /d; /^$/,$d' "$proof"); do
              echo "$line" | openssl base64 -d -A > /tmp/check/other
              if [ $((place % 2)) -eq 1 ] || [ "$place" -eq "$last" ]; then
                { printf '\1'; cat /tmp/check/other /tmp/check/node; } | cd_hash > /tmp/check/up
                while [ $((place % 2)) -eq 0 ] && [ "$place" -ne 0 ]; do
                  place=$((place / 2)); last=$((last / 2))
                done
              else
                { printf '\1'; cat /tmp/check/node /tmp/check/other; } | cd_hash > /tmp/check/up
              fi
              mv /tmp/check/up /tmp/check/node
              place=$((place / 2)); last=$((last / 2))
            done
            openssl base64 -in /tmp/check/node
            sed -n 3p data/log/checkpoint
            echo "$last"

        The first two lines that it prints are equal, and the third is 0. The checkpoint in the proof
        must be the one whose signature you checked:

            sed '1,/^$/d' data/proofs/12.tlog-proof | cmp - data/log/checkpoint

        5. When did the log look like this?

        If data/log/checkpoint.tsr is here, an authority for timestamps has signed the time at which
        it saw the text of the checkpoint. With its certificates, from data/log/tsa.pem or better
        from the authority itself:

            sed '/^$/,$d' data/log/checkpoint > /tmp/check/text
            openssl ts -verify -data /tmp/check/text -in data/log/checkpoint.tsr \
              -CAfile data/log/tsa.pem

        Witnesses may have signed the checkpoint as well. Their signatures hold 8 bytes of time, in
        seconds since 1970 and the highest byte first, and then 64 bytes of signature, over the lines
        "cosignature/v1" and "time", a space and the seconds, and the text of the checkpoint.

        6. Are the statements and attachments genuine?

        The name of an attachment is its SHA-256. A file in data/statements holds, in Base64, a
        payload and a signature of the log key over "DSSEv1", the length of payloadType, payloadType,
        the length of the payload and the payload, with single spaces between them.

        WHAT THIS SHOWS, AND WHAT NOT

        A record that passes is, in these very words, in the log that the checkpoint stands for. If
        a witness or a timestamp authority signed the checkpoint, or you hold a later one with a proof
        that it extends this one, then nobody can have changed the record since, not even the owner
        of the log. Without that, you rely on the owner not to have made another log with his key. It
        does not show that what was recorded is true, or that everything was recorded. The documents
        that lie in data itself are the account of whoever exported this bundle; the signature shows
        that they are unchanged since.
        """# + "\n"
}
