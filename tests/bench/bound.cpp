// bound: tight single-pass C++ lower bound for "CSV -> per user x course x cm x Paris-day totals".
// mmap + AVX2 structural scan (simdjson-like) + counting sort by user + per-user order fix + one pass.
// Original code. g++ -O3 -march=native
#include <fcntl.h>
#include <immintrin.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>
using namespace std;
typedef chrono::steady_clock Ck;
static double sec(Ck::time_point a) {
    return chrono::duration<double>(Ck::now() - a).count();
}
struct Ev {
    uint32_t user, t, course, cm;
    uint64_t id;
};
static inline uint64_t num(const char* p) {
    uint64_t v = 0;
    while ((unsigned)(*p - '0') < 10)
        v = v * 10 + (*p++ - '0');
    return v;
}
static inline uint64_t prefix_xor(uint64_t b) {
    return _mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, b), _mm_set1_epi8(0xFF), 0));
}
static inline uint64_t eq(const char* p, char c) {
    __m256i k = _mm256_set1_epi8(c);
    uint64_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i*)p), k)),
             b = (uint32_t)_mm256_movemask_epi8(
                 _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i*)(p + 32)), k));
    return a | b << 32;
}
// parse rows of [b,e): b is a row start outside quotes; reads up to 64 bytes past e (caller guarantees
// mapping)
static uint64_t parse(const char* b, const char* e, vector<Ev>& out) {
    uint64_t carry = 0, rows = 0;
    const char* f[22];
    int k = 0;
    f[0] = b;
    const char* fe[3] = {0, 0, 0};
    for (const char* p = b; p < e; p += 64) {
        uint64_t q = eq(p, '"');
        uint64_t in = prefix_xor(q) ^ carry;
        carry = (uint64_t)((int64_t)in >> 63);
        uint64_t s = (eq(p, ',') | eq(p, '\n')) & ~in;
        if (p + 64 > e) s &= (e - p >= 64) ? ~0ull : ((1ull << (e - p)) - 1);
        while (s) {
            const char* x = p + __builtin_ctzll(s);
            s &= s - 1;
            if (k < 20) {
                f[++k] = x + 1;
            } else {  // end of row
                rows++;
                if (!(f[18][0] == 'c' && f[18][1] == 'l') && *f[20] == '\n' &&
                    !(f[3][0] == 'f' && f[3][1] == 'a' && f[3][2] == 'i' && f[4] - f[3] == 7)) {
                    uint32_t u = num(f[12]);
                    if (u > 1) {
                        out.push_back({u, (uint32_t)num(f[17]), (uint32_t)num(f[13]),
                                       (f[10][0] == '7') ? (uint32_t)num(f[11]) : 0u, num(f[0])});
                    }
                }
                k = 0;
                f[0] = x + 1;
            }
        }
    }
    (void)fe;
    return rows;
}
static inline int64_t dayof(uint32_t t) {
    return ((int64_t)t + ((t >= 1761440400u && t < 1774746000u) ? 3600 : 7200)) / 86400;
}  // Paris, 2025-10..2026-10
struct Tot {
    uint32_t user, course, cm, day, secs, n;
};
static void run_users(const Ev* a, const uint32_t* off, uint32_t u0, uint32_t u1, uint32_t thr, uint32_t ping,
                      vector<Tot>& out) {
    vector<Ev> v;
    struct S {
        uint64_t k;
        uint32_t secs, n;
    };
    vector<S> h(1024);
    vector<uint32_t> used;
    for (uint32_t u = u0; u < u1; u++) {
        uint32_t lo = off[u], hi = off[u + 1];
        if (lo == hi) continue;
        Ev* x = const_cast<Ev*>(a) + lo;
        uint32_t n = hi - lo;
        for (uint32_t i = 1; i < n; i++) {
            Ev t = x[i];
            uint32_t j = i;
            while (j && (x[j - 1].t > t.t || (x[j - 1].t == t.t && x[j - 1].id > t.id))) {
                x[j] = x[j - 1];
                j--;
            }
            x[j] = t;
        }  // nearly sorted already
        int64_t cur = -1;
        auto flush = [&] {
            for (uint32_t s : used) {
                out.push_back({x[0].user, (uint32_t)(h[s].k >> 32) - 1, (uint32_t)h[s].k, (uint32_t)cur,
                               h[s].secs, h[s].n});
                h[s].k = 0;
            }
            used.clear();
        };
        for (uint32_t i = 0; i < n; i++) {
            uint32_t g = ping;
            if (i + 1 < n) {
                uint32_t d = x[i + 1].t - x[i].t;
                if (d <= thr) g = d;
            }
            int64_t dy = dayof(x[i].t);
            if (dy != cur) {
                flush();
                cur = dy;
            }
            uint64_t k = ((uint64_t)(x[i].course + 1) << 32) | x[i].cm;
            uint32_t s = (uint32_t)((k * 0x9E3779B97F4A7C15ull) >> 54);
            while (h[s].k && h[s].k != k)
                s = (s + 1) & 1023;
            if (!h[s].k) {
                h[s] = {k, 0, 0};
                used.push_back(s);
                if (used.size() > 700) {
                    fprintf(stderr, "hash\n");
                    abort();
                }
            }
            h[s].secs += g;
            h[s].n++;
        }
        flush();
    }
}
int main(int c, char** v) {
    if (c < 3) {
        fprintf(stderr, "bound FILE THREADS [OUT] [parse|full]\n");
        return 2;
    }
    int T = atoi(v[2]);
    const char* of = c > 3 ? v[3] : "/dev/null";
    bool ponly = c > 4 && !strcmp(v[4], "parse");
    auto t0 = Ck::now();
    int fd = open(v[1], O_RDONLY);
    struct stat st;
    fstat(fd, &st);
    size_t N = st.st_size;
    char* m = (char*)mmap(0, N + 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mmap(m, N, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_POPULATE * 0, fd, 0);
    madvise(m, N, MADV_SEQUENTIAL);
    const char* b = (const char*)memchr(m, '\n', N) + 1;
    const char* e = m + N;
    vector<const char*> cut{b};
    vector<uint64_t> par(T, 0);
    if (T > 1) {
        vector<thread> th;
        vector<const char*> p;
        for (int i = 0; i <= T; i++)
            p.push_back(b + (e - b) * i / T / 64 * 64 * (i < T) + (i == T) * (e - b));
        for (int i = 0; i + 1 < T; i++)
            th.emplace_back([&, i] {
                uint64_t q = 0;
                for (const char* x = p[i]; x < p[i + 1]; x += 64)
                    q += __builtin_popcountll(eq(x, '"'));
                par[i] = q;
            });
        for (auto& t : th)
            t.join();
        uint64_t q = 0;
        for (int i = 1; i < T; i++) {
            q += par[i - 1];
            const char* x = p[i];
            bool in = q & 1;
            while (in || *x != '\n') {
                if (*x == '"') in = !in;
                x++;
            }
            cut.push_back(x + 1);
        }
    }
    cut.push_back(e);
    vector<vector<Ev>> ev(T);
    vector<uint64_t> rows(T);
    vector<thread> th;
    for (int i = 0; i < T; i++) {
        auto f = [&, i] {
            ev[i].reserve((cut[i + 1] - cut[i]) / 150);
            rows[i] = parse(cut[i], cut[i + 1], ev[i]);
        };
        if (T == 1)
            f();
        else
            th.emplace_back(f);
    }
    for (auto& t : th)
        t.join();
    th.clear();
    uint64_t R = 0, K = 0;
    uint32_t mu = 0;
    for (int i = 0; i < T; i++) {
        R += rows[i];
        K += ev[i].size();
    }
    double tp = sec(t0);
    if (!ponly) {
        vector<uint32_t> um(T, 0);
        for (int i = 0; i < T; i++)
            th.emplace_back([&, i] {
                uint32_t x = 0;
                for (auto& q : ev[i])
                    x = max(x, q.user);
                um[i] = x;
            });
        for (auto& t : th)
            t.join();
        th.clear();
        for (auto x : um)
            mu = max(mu, x);
        vector<vector<uint32_t>> cnt(T, vector<uint32_t>(mu + 2, 0));
        for (int i = 0; i < T; i++)
            th.emplace_back([&, i] {
                for (auto& q : ev[i])
                    cnt[i][q.user]++;
            });
        for (auto& t : th)
            t.join();
        th.clear();
        vector<uint32_t> off(mu + 2, 0);
        uint32_t a = 0;
        for (uint32_t u = 0; u <= mu; u++) {
            off[u] = a;
            for (int i = 0; i < T; i++) {
                uint32_t n = cnt[i][u];
                cnt[i][u] = a;
                a += n;
            }
        }
        off[mu + 1] = a;
        Ev* srt =
            (Ev*)mmap(0, K * sizeof(Ev) + 64, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        madvise(srt, K * sizeof(Ev), MADV_HUGEPAGE);
        for (int i = 0; i < T; i++)
            th.emplace_back([&, i] {
                for (auto& q : ev[i])
                    srt[cnt[i][q.user]++] = q;
                vector<Ev>().swap(ev[i]);
            });
        for (auto& t : th)
            t.join();
        th.clear();
        double ts = sec(t0);
        vector<vector<Tot>> out(T);
        vector<uint32_t> us{0};
        for (int i = 1; i < T; i++)
            us.push_back(lower_bound(off.begin(), off.end(), (uint32_t)(K * i / T)) - off.begin());
        us.push_back(mu + 1);
        for (int i = 0; i < T; i++)
            th.emplace_back([&, i] { run_users(srt, off.data(), us[i], us[i + 1], 1800, 300, out[i]); });
        for (auto& t : th)
            t.join();
        FILE* o = fopen(of, "wb");
        uint64_t G = 0, S = 0, C = 0, H = 0;
        for (auto& w : out) {
            fwrite(w.data(), sizeof(Tot), w.size(), o);
            for (auto& x : w) {
                G++;
                S += x.secs;
                C += x.n;
                H += ((uint64_t)x.user * 31 + x.course * 17 + x.cm * 7 + x.day) % 1000003 * x.secs % 1000003;
            }
        }
        fclose(o);
        printf("{\"groups\":%lu,\"secs\":%lu,\"events\":%lu,\"check\":%lu,", G, S, C, H);
        printf("\"sort_s\":%.3f,", ts - tp);
    }
    struct rusage ru;
    getrusage(RUSAGE_SELF, &ru);
    double w = sec(t0);
    printf(
        "\"rows\":%lu,\"kept\":%lu,\"parse_s\":%.3f,\"wall\":%.3f,\"cpu\":%.3f,\"rss_mb\":%ld,\"rows_s\":%."
        "0f,\"GB_s\":%.2f}\n",
        R, K, tp, w,
        ru.ru_utime.tv_sec + ru.ru_stime.tv_sec + (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6,
        ru.ru_maxrss / 1024, R / w, N / w / 1e9);
}
