extension FoldingTable {
    /// Letters and digits below U+2E80 whose fold is not themselves.
    ///
    /// Generated, never edited by hand: case folding and NFKD of Unicode 14.0 as Python's
    /// `unicodedata` has them, marks stripped, then the base letter that the Unicode name of a
    /// Latin letter states (`LATIN SMALL LETTER L WITH STROKE`), and a table of our own for the
    /// letters that decompose into none: ß, æ, œ, þ, ð, ı, ŋ, ə and the like. Written as
    /// ``FoldingTable`` says.
    static let letters: StaticString = """
        aa=a ba=o bc=1_4 bd=1_2 be=3_4 c0-c5=a c6=ae c7=c c8-cb=e cc-cf=i d0=d d1-d2=+n d3-d6=o
        d8=o d9-dc=u dd=y de=th df=ss e0-e5=a e6=ae e7=c e8-eb=e ec-ef=i f0=d f1-f2=+n f3-f6=o f8=o
        f9-fc=u fd=y fe=th ff=y 100-105=a 106-10d=c 10e-111=d 112-11b=e 11c-123=g 124-127=h
        128-131=i 132-133=ij 134-135=j 136-138=k 139-142=l 143-14b=n 14c-151=o 152-153=oe 154-159=r
        15a-161=s 162-167=t 168-173=u 174-175=w 176-178=y 179-17e=z 17f=s 180-183=b 186=o 187-188=c
        189-18c=d 18e-190=e 191-192=f 193=g 195=hv 197=i 198-199=k 19a=l 19d-19e=n 19f-1a1=o
        1a2-1a3=oi 1a4-1a5=p 1a6=r 1a7=:1a8: 1a9=s 1ab-1ae=t 1af-1b0=u 1b1=:28a: 1b2=v 1b3-1b4=y
        1b5-1b7=z 1b8=:1b9: 1bf=w 1c4-1c6=dz 1c7-1c9=lj 1ca-1cc=nj 1cd-1ce=a 1cf-1d0=i 1d1-1d2=o
        1d3-1dc=u 1dd=e 1de-1e1=a 1e2-1e3=ae 1e4-1e7=g 1e8-1e9=k 1ea-1ed=o 1ee-1ef=z 1f0=j
        1f1-1f3=dz 1f4-1f5=g 1f6=hv 1f7=w 1f8-1f9=n 1fa-1fb=a 1fc-1fd=ae 1fe-1ff=o 200-203=a
        204-207=e 208-20b=i 20c-20f=o 210-213=r 214-217=u 218-219=s 21a-21b=t 21c-21d=y 21e-21f=h
        220=n 221=d 222=:223: 224-225=z 226-227=a 228-229=e 22a-231=o 232-233=y 234=l 235=n 236=t
        237=j 238=db 239=qp 23a=a 23b-23c=c 23d=l 23e=t 23f=s 240=z 241=:242: 243=b 244=:289:
        245=:28c: 246-247=e 248-249=j 24a-24b=q 24c-24d=r 24e-24f=y 253=b 254=o 255-256=+c 257=d
        259-25b/2=e 25f=j 260-262=g 266=h 268-26a/2=i 26b-26d=l 271-272=+m 273-274=n 275=o
        27c-27e=r 280=r 282-283=s 284=j 288=t 28b=v 28f-290=+y 291-292=z 299=b 29b-29c=+g
        29d-29f/2=+j 2a0=q 2a3=dz 2a6=ts 2aa=ls 2ab=lz 2b0-2b1=h 2b2=j 2b3=r 2b4=:279: 2b5=:27b:
        2b6=:281: 2b7=w 2b8=y 2e1=l 2e2=s 2e3=x 2e4=:295: 345=i 370-372/2=+:371: 376=:377: 37a=i
        394=:3b4: 398=:3b8: 39b=:3bb: 39e-3a0/2=+:3be: 3a6-3a8/2=+:3c6: 3cf=:3d7: 3d1=:3b8:
        3d5=:3c6: 3d6=:3c0: 3d8-3da/2=+:3d9: 3de-3ee/2=+:3df: 3f4=:3b8: 3f7=:3f8: 3fd-3ff=+:37b:
        402-404/2=+:452: 409-40b=+:459: 40d=:438: 40f=:45f: 411=:431: 414=:434: 416-418=+:436:
        419=:438: 41b=:43b: 41f=:43f: 424=:444: 426-42b=+:446: 42d-42f=+:44d: 439=:438: 45d=:438:
        462-472/2=+:463: 478-480/2=+:479: 48a-4ac/2=+:48b: 4b0-4b8/2=+:4b1: 4be=:4bf: 4c1-4c2=:436:
        4c3-4cd/2=+:4c4: 4d4=:4d5: 4d8-4da/2=:4d9: 4db=:4d9: 4dc-4dd=:436: 4de-4df=:437: 4e0=:4e1:
        4e2-4e5=:438: 4e8-4ea/2=:4e9: 4eb=:4e9: 4ec-4ed=:44d: 4f4-4f5=:447: 4f6=:4f7: 4f8-4f9=:44b:
        4fa-4fe/2=+:4fb: 502-50a/2=+:503: 50e-518/2=+:50f: 51e-52e/2=+:51f: 532-534/2=+:562:
        535=:565: 537-53f=+:567: 541-547=+:571: 549-54b=+:579: 54e-552/2=+:57e: 553=:583: 556=:586:
        587=:565::582: 622-623=:627: 624=:648: 625=:627: 626=:64a: 629=:647: 649=:64a: 660-669=+0
        675=:627::674: 676=:648::674: 677=:6c7::674: 678=:64a::674: 6a9=:643: 6c0=:6d5: 6c2=:6c1:
        6cc=:64a: 6d3=:6d2: 6f0-6f9=+0 7c0-7c9=+0 929=:928: 931=:930: 934=:933: 958-95a=+:915:
        95b=:91c: 95c-95d=+:921: 95e=:92b: 95f=:92f: 966-96f=+0 9cb=:9c7::9be: 9cc=:9c7::9d7:
        9dc-9dd=+:9a1: 9df=:9af: 9e6-9ef=+0 a33=:a32: a36=:a38: a59-a5a=+:a16: a5b=:a1c: a5e=:a2b:
        a66-a6f=+0 ae6-aef=+0 b48=:b47::b56: b4b=:b47::b3e: b4c=:b47::b57: b5c-b5d=+:b21:
        b66-b6f=+0 b94=:b92::bd7: bca=:bc6::bbe: bcb=:bc7::bbe: bcc=:bc6::bd7: be6-bef=+0 c48=:c46:
        c66-c6f=+0 cc0=:cbf::cd5: cc7=:cc6::cd5: cc8=:cc6::cd6: cca=:cc6::cc2: ccb=:cc6::cc2::cd5:
        ce6-cef=+0 d4a=:d46::d3e: d4b=:d47::d3e: d4c=:d46::d57: d66-d6f=+0 dda=:dd9:
        ddc-ddd=:dd9::dcf: dde=:dd9::ddf: de6-def=+0 e33=^e4d^e32 e50-e59=+0 eb3=^ecd^eb2
        ed0-ed9=+0 edc=^eab^e99 edd=^eab^ea1 f20-f29=+0 f43=^f42^fb7 f4d=^f4c^fb7 f52=^f51^fb7
        f57=^f56^fb7 f5c=^f5b^fb7 f69=^f40^fb5 f76-f77=^fb2 f78-f79=^fb3 f93=^f92^fb7 f9d=^f9c^fb7
        fa2=^fa1^fb7 fa7=^fa6^fb7 fac=^fab^fb7 fb9=^f90^fb5 1026=^1025^102e 1040-1049=+0
        1090-1099=+0 10a0-10c5=+:2d00: 10c7=:2d27: 10cd=:2d2d: 10fc=:10dc: 13b1=r 13f8-13fa=+:13f0:
        13fd=:13f5: 17e0-17e9=+0 1810-1819=+0 1946-194f=+0 19d0-19d9=+0 1a80-1a89=+0 1a90-1a99=+0
        1b06=:1b05::1b35: 1b08=:1b07::1b35: 1b0a=:1b09::1b35: 1b0c=:1b0b::1b35: 1b0e=:1b0d::1b35:
        1b12=:1b11::1b35: 1b3b=:1b3a::1b35: 1b3d=:1b3c::1b35: 1b40=:1b3e::1b35: 1b41=:1b3f::1b35:
        1b43=:1b42::1b35: 1b50-1b59=+0 1bb0-1bb9=+0 1c40-1c49=+0 1c50-1c59=+0 1c81=:434: 1c86=:44a:
        1c87=:463: 1c88=:a64b: 1c90-1ca6=+:10d0: 1ca8-1cba=+:10e8: 1cbd-1cbe=+:10fd: 1d00=a
        1d04-1d05=+c 1d07=e 1d0a-1d0d=+j 1d0f-1d13/2=o 1d18=p 1d1b-1d1c=+t 1d1d=u 1d20-1d21=+v
        1d22=z 1d2c=a 1d2d=ae 1d2e-1d30/2=+b 1d31-1d32=e 1d33-1d3a=+g 1d3c=o 1d3d=:223: 1d3e=p
        1d3f=r 1d40-1d41=+t 1d42=w 1d43=a 1d44=:250: 1d46=:1d02: 1d47=b 1d48-1d49=+d 1d4a-1d4b=e
        1d4c=:25c: 1d4d=g 1d4f=k 1d50-1d52=+m 1d53=o 1d54-1d55=+:1d16: 1d56=p 1d57-1d58=+t 1d59=u
        1d5b=v 1d5c=:1d25: 1d5f=:3b4: 1d60=:3c6: 1d62=i 1d63=r 1d64-1d65=+u 1d69=:3c6: 1d6b=ue
        1d6c=b 1d6d=d 1d6e=f 1d6f-1d70=+m 1d71=p 1d72-1d73=r 1d74-1d75=+s 1d76=z 1d79=g 1d7d=p
        1d80=b 1d81=d 1d82-1d83=+f 1d84-1d87=+k 1d88=p 1d89-1d8a=+r 1d8c=v 1d8d=x 1d8e=z 1d8f=a
        1d91-1d92=+d 1d93=e 1d96=i 1d97=o 1d99=u 1d9b=:252: 1d9c-1d9d=c 1d9e=d 1d9f=:25c: 1da0=f
        1da1=j 1da2=g 1da3=:265: 1da4-1da6/2=i 1da7=:1d7b: 1da8=j 1da9-1dab=l 1dac=m 1dad=:270:
        1dae-1db0=n 1db1=o 1db2=:278: 1db3-1db4=s 1db5=t 1db6-1db7=+:289: 1db8-1db9=+u 1dba=:28c:
        1dbb-1dbe=z 1dbf=:3b8: 1e00-1e01=a 1e02-1e07=b 1e08-1e09=c 1e0a-1e13=d 1e14-1e1d=e
        1e1e-1e1f=f 1e20-1e21=g 1e22-1e2b=h 1e2c-1e2f=i 1e30-1e35=k 1e36-1e3d=l 1e3e-1e43=m
        1e44-1e4b=n 1e4c-1e53=o 1e54-1e57=p 1e58-1e5f=r 1e60-1e69=s 1e6a-1e71=t 1e72-1e7b=u
        1e7c-1e7f=v 1e80-1e89=w 1e8a-1e8d=x 1e8e-1e8f=y 1e90-1e95=z 1e96=h 1e97=t 1e98=w 1e99=y
        1e9a=a 1e9b=s 1e9e=ss 1ea0-1eb7=a 1eb8-1ec7=e 1ec8-1ecb=i 1ecc-1ee3=o 1ee4-1ef1=u
        1ef2-1ef9=y 1efa-1efb=ll 1efc=:1efd: 1efe-1eff=y 2071=i 207f=n 2080-2089=+0 2090=a 2091=e
        2092=o 2093=x 2094=e 2095=h 2096-2099=+k 209a=p 209b-209c=+s 20a8=rs 2100=a_c 2101=a_s
        2102=c 2103=_c 2105=c_o 2106=c_u 2107=e 2109=_f 210a-210b=+g 210c-210f=h 2110-2111=i
        2112-2113=l 2115=n 2116=no 2119-211b=+p 211c-211d=r 2121=tel 2124=z 2128=z 212a=k
        212b-212d=+a 212f-2130=e 2131=f 2132=:214e: 2133=m 2134=o 2135-2138=+:5d0: 2139=i 213b=fax
        213c=:3c0: 213f=:3c0: 2145-2146=d 2147=e 2148-2149=+i 2150=1_7 2151=1_9 2152=1_10 2153=1_3
        2154=2_3 2155=1_5 2156=2_5 2157=3_5 2158=4_5 2159=1_6 215a=5_6 215b=1_8 215c=3_8 215d=5_8
        215e=7_8 215f=1_ 2160=i 2161=ii 2162=iii 2163=iv 2164=v 2165=vi 2166=vii 2167=viii 2168=ix
        2169=x 216a=xi 216b=xii 216c=l 216d-216e=+c 216f=m 2170=i 2171=ii 2172=iii 2173=iv 2174=v
        2175=vi 2176=vii 2177=viii 2178=ix 2179=x 217a=xi 217b=xii 217c=l 217d-217e=+c 217f=m
        2183=:2184: 2189=0_3 249c=_a_ 249d=_b_ 249e=_c_ 249f=_d_ 24a0=_e_ 24a1=_f_ 24a2=_g_
        24a3=_h_ 24a4=_i_ 24a5=_j_ 24a6=_k_ 24a7=_l_ 24a8=_m_ 24a9=_n_ 24aa=_o_ 24ab=_p_ 24ac=_q_
        24ad=_r_ 24ae=_s_ 24af=_t_ 24b0=_u_ 24b1=_v_ 24b2=_w_ 24b3=_x_ 24b4=_y_ 24b5=_z_
        24b6-24cf=+a 24d0-24e9=+a 2c00-2c2f=+:2c30: 2c60-2c62=l 2c63=p 2c64=r 2c65=a 2c66=t
        2c67-2c68=h 2c69-2c6a=k 2c6b-2c6c=z 2c6e=m 2c6f=:250: 2c70=:252: 2c71-2c72=+v 2c73=w 2c74=v
        2c75=:2c76: 2c78=e 2c7a=o 2c7c=j 2c7d=v 2c7e=s 2c7f=z 2c80-2c82/2=+:2c81:
        2c86-2c8c/2=+:2c87: 2c90=:2c91: 2c96=:2c97: 2c9c=:2c9d: 2ca0=:2ca1: 2caa=:2cab:
        2cae-2cce/2=+:2caf: 2cd2-2ce2/2=+:2cd3: 2ceb-2ced/2=+:2cec: 2cf2=:2cf3: 2d6f=:2d61:
        """
}
