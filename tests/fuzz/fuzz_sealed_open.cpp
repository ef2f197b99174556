// fuzz_sealed_open.cpp: the opener before random datagrams (kind 0), true ones (1), true ones
// changed (2), replays (3), and changes of key (4). What opens is what was sealed, once.
#include <set>

#include "schemas/link/seal.hpp"
#include "tests/fuzz/records.hpp"

using namespace parley;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    require(sodium_init() >= 0);
    if (size == 0) {
        return 0;
    }
    const bool aes = (data[0] & 1) != 0 && cipher_available(Cipher::Aes256Gcm);
    const Cipher cipher = aes ? Cipher::Aes256Gcm : Cipher::ChaCha20Poly1305;
    SecretKey key;
    Sealer sealer(cipher, 9, key, 0);
    Opener opener(cipher, key);
    std::vector<ByteVector> sent;
    TimeMs now_ms = 0;
    bool arrived = false; // under the current key

    const auto open = [&](Bytes datagram, ByteVector& plain) {
        plain.resize(datagram.size() - limits::seal_overhead_bytes);
        const Opened how = opener.open(datagram, plain.data(), now_ms);
        return how == Opened::Fresh || how == Opened::FreshNewest;
    };
    const auto seal = [&](Bytes plain) {
        ByteVector datagram(plain.size() + limits::seal_overhead_bytes);
        sealer.seal(plain, datagram.data(), now_ms);
        return datagram;
    };
    fuzz::Records records({data + 1, size - 1});
    ByteVector plain;
    for (int i = 0; i < 256; ++i) {
        const auto record = records.next();
        if (!record) {
            break;
        }
        switch (record->kind % 5) {
        case 0:
            if (record->bytes.size() >= limits::seal_overhead_bytes &&
                (record->bytes[0] == sealed_first_byte ||
                 record->bytes[0] == sealed_first_byte + 1)) {
                // The key is known to this program, but a tag is not found by chance.
                require(!open(record->bytes, plain));
            }
            break;
        case 1: {
            const ByteVector datagram = seal(record->bytes);
            require(open(datagram, plain));
            require(plain == ByteVector(record->bytes.begin(), record->bytes.end()));
            sent.push_back(datagram);
            arrived = true;
            break;
        }
        case 2: {
            ByteVector datagram = seal(record->bytes);
            const uint8_t flip = static_cast<uint8_t>(1 + record->kind / 5);
            const size_t at = record->bytes.empty() ? 5 : record->bytes[0] % datagram.size();
            datagram[at] = at == 0 ? static_cast<uint8_t>(datagram[0] ^ 3) // the other phase
                                   : static_cast<uint8_t>(datagram[at] ^ flip);
            require(!open(datagram, plain));
            break;
        }
        case 3:
            if (!sent.empty()) {
                require(!open(sent[record->bytes.size() % sent.size()], plain));
            }
            break;
        case 4:
            // A whole key's life without one datagram through: the peer is lost long before.
            if (arrived) {
                sealer.rekey(now_ms += limits::rekey_old_key_ms);
                arrived = false;
            }
            break;
        }
    }
    return 0;
}
