extension FoldingTable {
    /// Letters of other scripts that look like a Latin one, with what they become.
    ///
    /// Generated, never edited by hand: Unicode's `confusables.txt` (UTS #39) as PyPI
    /// `confusable-homoglyphs` 3.3.1 ships it, kept where the look-alike is one ASCII letter and
    /// the script is written from left to right. Both cases of a letter get one target, the
    /// capital's look before the small letter's, so that real Greek and Cyrillic still match
    /// whatever their case; where the glyph itself looks different, its target among Latin letters
    /// stands after a bar. Written as ``FoldingTable`` says.
    static let lookAlikes: StaticString = """
        b5=m 184-185=b 18d=g 194=y 196=i 19c=w 1bc-1bd=s 1c0=l 251=a 263=y 269=i 26f=w 2e0=y 37f=j
        386=a 388=e 389-38a=+h 38c=o 38e=y 38f=:3c9:|w 390=i 391-392=+a 393=y 395=e 396=z 397=h
        399=i 39a-39c/2=+k 39d=n 39f=o 3a1=p 3a3=:3c3:|o 3a4=t 3a5=y 3a7=x 3a9=:3c9:|w 3aa=i 3ab=y
        3ac=a 3ad=e 3ae=h|n 3af=i 3b0=y|u 3b1=a 3b2=b|ss 3b3=y 3b5=e 3b6=z 3b7=h|n 3b9=i
        3ba-3bc/2=+k 3bd=n|v 3bf=o 3c1=p 3c2-3c3=:3c3:|o 3c4=t 3c5=y|u 3c7=x 3c9=:3c9:|w 3ca=i
        3cb=y|u 3cc=o 3cd=y|u 3ce=:3c9:|w 3d0=b|ss 3d2-3d4=y 3dc-3dd=f 3f0=k 3f1=p 3f2=:3c3:|c
        3f3=j 3f5=e 3f9=:3c3:|c 3fa-3fb=m 400-401=e 403=r 405=s 406-407=i 408=j 40c=k 40e=y 410=a
        412=b 413=r 415=e 41a=k 41c=m 41d=h 41e=o 420=p 421=c 422=t 423=y 425=x 42c=b 430=a 432=b
        433=r 435=e 43a=k 43c=m 43d=h 43e=o 440=p 441=c 442=t 443=y 445=x 44c=b 450-451=e 453=r
        455=s 456-457=i 458=j 45c=k 45e=y 460-461=w 474-477=v 4ae-4af=y 4ba-4bb=h 4bc-4bd=e 4c0=i
        4cf=i 4d0-4d3=a 4d6-4d7=e 4e6-4e7=o 4ee-4f3=y 500-501=d 50c-50d=g 51a-51b=q 51c-51d=w 531=w
        533=q 536=q 540=h 548=n 54c=n 54d=u 54f=s 551=g 554=f 555=o 561=w 563=q 566=q 570=h 578=n
        57c=n 57d=u 57f=s 581=g 584=f 585=o 10e7=y 10ff=o 13a0=d 13a1=r 13a2=t 13a5=i 13a9=y 13aa=a
        13ab=j 13ac=e 13b3=w 13b7=m 13bb=h 13bd=y 13c0=g 13c2=h 13c3=z 13cf=b 13d2=r 13d4=w 13d5=s
        13d9=v 13da=s 13de=i 13df=c 13e2=p 13e6=k 13e7=d 13f3=g 13f4=b 13fb=g 13fc=b 142f=v 144c=u
        146d=p 146f=d 1472=b 148d=j 14aa=i 1541=x 157c=h 157d=x 1587=r 15af=b 15b4=f 15c5=a 15de=d
        15ea=d 15f0=m 15f7=b 16b7=x 16c1=i 16d5=k 16d6=m 1c80=b 1c82=o 1c83=c 1c84-1c85=t 1ca7=y
        1cbf=o 1d26=r 1d45=a 1d5a=w 1d5d=b|ss 1d5e=y 1d61=x 1d66=b|ss 1d67=y 1d68=p 1d6a=x 1d78=h
        1da5=i 1e9d=f 1f00-1f0f=a 1f10-1f15=e 1f18-1f1d=e 1f20-1f27=h|n 1f28-1f2f=h 1f30-1f3f=i
        1f40-1f45=o 1f48-1f4d=o 1f50-1f57=y|u 1f59-1f5f/2=y 1f60-1f6f=:3c9:|w 1f70-1f71=a
        1f72-1f73=e 1f74-1f75=h|n 1f76-1f77=i 1f78-1f79=o 1f7a-1f7b=y|u 1f7c-1f7d=:3c9:|w
        1f80-1f8f=ai 1f90-1f97=hi|ni 1f98-1f9f=hi 1fa0-1faf=:3c9:i|wi 1fb0-1fb1=a 1fb2-1fb4=ai
        1fb6=a 1fb7=ai 1fb8-1fbb=a 1fbc=ai 1fbe=i 1fc2-1fc4=hi|ni 1fc6=h|n 1fc7=hi|ni 1fc8-1fc9=e
        1fca-1fcb=h 1fcc=hi 1fd0-1fd3=i 1fd6-1fdb=i 1fe0-1fe3=y|u 1fe4-1fe5=p 1fe6-1fe7=y|u
        1fe8-1feb=y 1fec=p 1ff2-1ff4=:3c9:i|wi 1ff6=:3c9:|w 1ff7=:3c9:i|wi 1ff8-1ff9=o
        1ffa-1ffb=:3c9:|w 1ffc=:3c9:i|wi 2126=:3c9:|w 213d-213e=y 2c6d=a 2c84-2c85=r 2c8e-2c8f=h
        2c92-2c93=i 2c94-2c95=k 2c98-2c99=m 2c9a-2c9b=n 2c9e-2c9f=o 2ca2-2ca3=p 2ca4-2ca5=c
        2ca6-2ca7=t 2ca8-2ca9=y 2cac-2cad=x 2cd0-2cd1=i 2d38=v 2d39=e 2d4f=i 2d54=o 2d55=q 2d5d=x
        3382=ma 338c=mf 338d=mg 3395=ml 339b=mm 33b2=ms 33b6=mv 33bc=mw 33c0=k:3c9:|kw
        33c1=m:3c9:|mw a4d0=b a4d1=p a4d2-a4d3=d a4d4=t a4d6=g a4d7=k a4d9=j a4da=c a4dc=z a4dd=f
        a4df-a4e0=+m a4e1=l a4e2=s a4e3=r a4e6=v a4e7=h a4ea-a4ec=+w a4ee=a a4f0=e a4f2=i a4f3=o
        a4f4=u a646-a647=i a69d=b a79e-a79f=u a7b3=x a7b4-a7b5=b ab35=f ab47-ab48=r ab53=x ab70=d
        ab71=r ab72=t ab75=i ab79=y ab7a=a ab7b=j ab7c=e ab81=r ab83=w ab87=m ab8b=h ab8d=y ab90=g
        ab92=h ab93=z ab9f=b aba2=r aba4=w aba5=s aba9=v abaa=s abae=i abaf=c abb2=p abb6=k abb7=d
        10282=b 10286-10287=+e 1028a=i 10290=x 10292=o 10295=p 10296-10297=+s 102a0-102a2=+a
        102a5=f 102ab=o 102b0=m 102b1=t 102b2=y 102b4=x 102cf=h 10301-10302=+b 10309=i 10311=m
        10315=t 10317=x 10404=o 10415=c 1041b=i 10420=s 1042c=o 1043d=c 10443=i 10448=s 104b4=r
        104c2=o 104ce=u 104dc=r 104ea=o 104f6=u 10513=n 10516=o 10518=k 1051c=c 1051d=v 10525=f
        10526=i 10527=x 107b6=l 11700=m 11706=v 1170a=w 1170e-1170f=w 118a0=v 118a1=s 118a2=f
        118a3=i 118a4=y 118a6=e 118a8=o 118a9=z 118ae=e 118b2=i 118b5-118b7/2=o 118b8=u 118bc=t
        118c0=v 118c1=s 118c2=f 118c3=i 118c4=y|z 118c6=e 118c8=o 118c9=z 118ce=e 118d2=i
        118d5-118d7/2=o 118d8=u 118dc=t|y 16f08=v 16f0a=t 16f16=i 16f28=i 16f35=r 16f3a=s 16f40=a
        16f42=u 16f43=y 1d6a8-1d6a9=+a 1d6aa=y 1d6ac=e 1d6ad=z 1d6ae=h 1d6b0=i 1d6b1-1d6b3/2=+k
        1d6b4=n 1d6b6=o 1d6b8=p 1d6ba=:3c3:|o 1d6bb=t 1d6bc=y 1d6be=x 1d6c0=:3c9:|w 1d6c2=a
        1d6c3=b|ss 1d6c4=y 1d6c6=e 1d6c7=z 1d6c8=h|n 1d6ca=i 1d6cb-1d6cd/2=+k 1d6ce=n|v 1d6d0=o
        1d6d2=p 1d6d3-1d6d4=:3c3:|o 1d6d5=t 1d6d6=y|u 1d6d8=x 1d6da=:3c9:|w 1d6dc=e 1d6de=k 1d6e0=p
        1d6e2-1d6e3=+a 1d6e4=y 1d6e6=e 1d6e7=z 1d6e8=h 1d6ea=i 1d6eb-1d6ed/2=+k 1d6ee=n 1d6f0=o
        1d6f2=p 1d6f4=:3c3:|o 1d6f5=t 1d6f6=y 1d6f8=x 1d6fa=:3c9:|w 1d6fc=a 1d6fd=b|ss 1d6fe=y
        1d700=e 1d701=z 1d702=h|n 1d704=i 1d705-1d707/2=+k 1d708=n|v 1d70a=o 1d70c=p
        1d70d-1d70e=:3c3:|o 1d70f=t 1d710=y|u 1d712=x 1d714=:3c9:|w 1d716=e 1d718=k 1d71a=p
        1d71c-1d71d=+a 1d71e=y 1d720=e 1d721=z 1d722=h 1d724=i 1d725-1d727/2=+k 1d728=n 1d72a=o
        1d72c=p 1d72e=:3c3:|o 1d72f=t 1d730=y 1d732=x 1d734=:3c9:|w 1d736=a 1d737=b|ss 1d738=y
        1d73a=e 1d73b=z 1d73c=h|n 1d73e=i 1d73f-1d741/2=+k 1d742=n|v 1d744=o 1d746=p
        1d747-1d748=:3c3:|o 1d749=t 1d74a=y|u 1d74c=x 1d74e=:3c9:|w 1d750=e 1d752=k 1d754=p
        1d756-1d757=+a 1d758=y 1d75a=e 1d75b=z 1d75c=h 1d75e=i 1d75f-1d761/2=+k 1d762=n 1d764=o
        1d766=p 1d768=:3c3:|o 1d769=t 1d76a=y 1d76c=x 1d76e=:3c9:|w 1d770=a 1d771=b|ss 1d772=y
        1d774=e 1d775=z 1d776=h|n 1d778=i 1d779-1d77b/2=+k 1d77c=n|v 1d77e=o 1d780=p
        1d781-1d782=:3c3:|o 1d783=t 1d784=y|u 1d786=x 1d788=:3c9:|w 1d78a=e 1d78c=k 1d78e=p
        1d790-1d791=+a 1d792=y 1d794=e 1d795=z 1d796=h 1d798=i 1d799-1d79b/2=+k 1d79c=n 1d79e=o
        1d7a0=p 1d7a2=:3c3:|o 1d7a3=t 1d7a4=y 1d7a6=x 1d7a8=:3c9:|w 1d7aa=a 1d7ab=b|ss 1d7ac=y
        1d7ae=e 1d7af=z 1d7b0=h|n 1d7b2=i 1d7b3-1d7b5/2=+k 1d7b6=n|v 1d7b8=o 1d7ba=p
        1d7bb-1d7bc=:3c3:|o 1d7bd=t 1d7be=y|u 1d7c0=x 1d7c2=:3c9:|w 1d7c4=e 1d7c6=k 1d7c8=p
        1d7ca-1d7cb=f
        """
}
