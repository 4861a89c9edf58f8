/**
 * The words that Tari's seeds are written with, in the order of their numbers. They are the word lists of BIP-39 (MIT
 * licence), but not in its order: Tari's wallets have each list sorted by code points, and the Latin ones without
 * accents. For English that is the standard list.
 */

/** 2048 words of each language, with spaces between them. */
export const SEED_WORD_LISTS = {
  english: `
abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve
acid acoustic acquire across act action actor actress actual adapt add addict address adjust admit adult
advance advice aerobic affair afford afraid again age agent agree ahead aim air airport aisle alarm album
alcohol alert alien all alley allow almost alone alpha already also alter always amateur amazing among amount
amused analyst anchor ancient anger angle angry animal ankle announce annual another answer antenna antique
anxiety any apart apology appear apple approve april arch arctic area arena argue arm armed armor army around
arrange arrest arrive arrow art artefact artist artwork ask aspect assault asset assist assume asthma athlete
atom attack attend attitude attract auction audit august aunt author auto autumn average avocado avoid awake
aware away awesome awful awkward axis baby bachelor bacon badge bag balance balcony ball bamboo banana banner
bar barely bargain barrel base basic basket battle beach bean beauty because become beef before begin behave
behind believe below belt bench benefit best betray better between beyond bicycle bid bike bind biology bird
birth bitter black blade blame blanket blast bleak bless blind blood blossom blouse blue blur blush board boat
body boil bomb bone bonus book boost border boring borrow boss bottom bounce box boy bracket brain brand brass
brave bread breeze brick bridge brief bright bring brisk broccoli broken bronze broom brother brown brush
bubble buddy budget buffalo build bulb bulk bullet bundle bunker burden burger burst bus business busy butter
buyer buzz cabbage cabin cable cactus cage cake call calm camera camp can canal cancel candy cannon canoe
canvas canyon capable capital captain car carbon card cargo carpet carry cart case cash casino castle casual
cat catalog catch category cattle caught cause caution cave ceiling celery cement census century cereal
certain chair chalk champion change chaos chapter charge chase chat cheap check cheese chef cherry chest
chicken chief child chimney choice choose chronic chuckle chunk churn cigar cinnamon circle citizen city civil
claim clap clarify claw clay clean clerk clever click client cliff climb clinic clip clock clog close cloth
cloud clown club clump cluster clutch coach coast coconut code coffee coil coin collect color column combine
come comfort comic common company concert conduct confirm congress connect consider control convince cook cool
copper copy coral core corn correct cost cotton couch country couple course cousin cover coyote crack cradle
craft cram crane crash crater crawl crazy cream credit creek crew cricket crime crisp critic crop cross crouch
crowd crucial cruel cruise crumble crunch crush cry crystal cube culture cup cupboard curious current curtain
curve cushion custom cute cycle dad damage damp dance danger daring dash daughter dawn day deal debate debris
decade december decide decline decorate decrease deer defense define defy degree delay deliver demand demise
denial dentist deny depart depend deposit depth deputy derive describe desert design desk despair destroy
detail detect develop device devote diagram dial diamond diary dice diesel diet differ digital dignity dilemma
dinner dinosaur direct dirt disagree discover disease dish dismiss disorder display distance divert divide
divorce dizzy doctor document dog doll dolphin domain donate donkey donor door dose double dove draft dragon
drama drastic draw dream dress drift drill drink drip drive drop drum dry duck dumb dune during dust dutch
duty dwarf dynamic eager eagle early earn earth easily east easy echo ecology economy edge edit educate effort
egg eight either elbow elder electric elegant element elephant elevator elite else embark embody embrace
emerge emotion employ empower empty enable enact end endless endorse enemy energy enforce engage engine
enhance enjoy enlist enough enrich enroll ensure enter entire entry envelope episode equal equip era erase
erode erosion error erupt escape essay essence estate eternal ethics evidence evil evoke evolve exact example
excess exchange excite exclude excuse execute exercise exhaust exhibit exile exist exit exotic expand expect
expire explain expose express extend extra eye eyebrow fabric face faculty fade faint faith fall false fame
family famous fan fancy fantasy farm fashion fat fatal father fatigue fault favorite feature february federal
fee feed feel female fence festival fetch fever few fiber fiction field figure file film filter final find
fine finger finish fire firm first fiscal fish fit fitness fix flag flame flash flat flavor flee flight flip
float flock floor flower fluid flush fly foam focus fog foil fold follow food foot force forest forget fork
fortune forum forward fossil foster found fox fragile frame frequent fresh friend fringe frog front frost
frown frozen fruit fuel fun funny furnace fury future gadget gain galaxy gallery game gap garage garbage
garden garlic garment gas gasp gate gather gauge gaze general genius genre gentle genuine gesture ghost giant
gift giggle ginger giraffe girl give glad glance glare glass glide glimpse globe gloom glory glove glow glue
goat goddess gold good goose gorilla gospel gossip govern gown grab grace grain grant grape grass gravity
great green grid grief grit grocery group grow grunt guard guess guide guilt guitar gun gym habit hair half
hammer hamster hand happy harbor hard harsh harvest hat have hawk hazard head health heart heavy hedgehog
height hello helmet help hen hero hidden high hill hint hip hire history hobby hockey hold hole holiday hollow
home honey hood hope horn horror horse hospital host hotel hour hover hub huge human humble humor hundred
hungry hunt hurdle hurry hurt husband hybrid ice icon idea identify idle ignore ill illegal illness image
imitate immense immune impact impose improve impulse inch include income increase index indicate indoor
industry infant inflict inform inhale inherit initial inject injury inmate inner innocent input inquiry insane
insect inside inspire install intact interest into invest invite involve iron island isolate issue item ivory
jacket jaguar jar jazz jealous jeans jelly jewel job join joke journey joy judge juice jump jungle junior junk
just kangaroo keen keep ketchup key kick kid kidney kind kingdom kiss kit kitchen kite kitten kiwi knee knife
knock know lab label labor ladder lady lake lamp language laptop large later latin laugh laundry lava law lawn
lawsuit layer lazy leader leaf learn leave lecture left leg legal legend leisure lemon lend length lens
leopard lesson letter level liar liberty library license life lift light like limb limit link lion liquid list
little live lizard load loan lobster local lock logic lonely long loop lottery loud lounge love loyal lucky
luggage lumber lunar lunch luxury lyrics machine mad magic magnet maid mail main major make mammal man manage
mandate mango mansion manual maple marble march margin marine market marriage mask mass master match material
math matrix matter maximum maze meadow mean measure meat mechanic medal media melody melt member memory
mention menu mercy merge merit merry mesh message metal method middle midnight milk million mimic mind minimum
minor minute miracle mirror misery miss mistake mix mixed mixture mobile model modify mom moment monitor
monkey monster month moon moral more morning mosquito mother motion motor mountain mouse move movie much
muffin mule multiply muscle museum mushroom music must mutual myself mystery myth naive name napkin narrow
nasty nation nature near neck need negative neglect neither nephew nerve nest net network neutral never news
next nice night noble noise nominee noodle normal north nose notable note nothing notice novel now nuclear
number nurse nut oak obey object oblige obscure observe obtain obvious occur ocean october odor off offer
office often oil okay old olive olympic omit once one onion online only open opera opinion oppose option
orange orbit orchard order ordinary organ orient original orphan ostrich other outdoor outer output outside
oval oven over own owner oxygen oyster ozone pact paddle page pair palace palm panda panel panic panther paper
parade parent park parrot party pass patch path patient patrol pattern pause pave payment peace peanut pear
peasant pelican pen penalty pencil people pepper perfect permit person pet phone photo phrase physical piano
picnic picture piece pig pigeon pill pilot pink pioneer pipe pistol pitch pizza place planet plastic plate
play please pledge pluck plug plunge poem poet point polar pole police pond pony pool popular portion position
possible post potato pottery poverty powder power practice praise predict prefer prepare present pretty
prevent price pride primary print priority prison private prize problem process produce profit program project
promote proof property prosper protect proud provide public pudding pull pulp pulse pumpkin punch pupil puppy
purchase purity purpose purse push put puzzle pyramid quality quantum quarter question quick quit quiz quote
rabbit raccoon race rack radar radio rail rain raise rally ramp ranch random range rapid rare rate rather
raven raw razor ready real reason rebel rebuild recall receive recipe record recycle reduce reflect reform
refuse region regret regular reject relax release relief rely remain remember remind remove render renew rent
reopen repair repeat replace report require rescue resemble resist resource response result retire retreat
return reunion reveal review reward rhythm rib ribbon rice rich ride ridge rifle right rigid ring riot ripple
risk ritual rival river road roast robot robust rocket romance roof rookie room rose rotate rough round route
royal rubber rude rug rule run runway rural sad saddle sadness safe sail salad salmon salon salt salute same
sample sand satisfy satoshi sauce sausage save say scale scan scare scatter scene scheme school science
scissors scorpion scout scrap screen script scrub sea search season seat second secret section security seed
seek segment select sell seminar senior sense sentence series service session settle setup seven shadow shaft
shallow share shed shell sheriff shield shift shine ship shiver shock shoe shoot shop short shoulder shove
shrimp shrug shuffle shy sibling sick side siege sight sign silent silk silly silver similar simple since sing
siren sister situate six size skate sketch ski skill skin skirt skull slab slam sleep slender slice slide
slight slim slogan slot slow slush small smart smile smoke smooth snack snake snap sniff snow soap soccer
social sock soda soft solar soldier solid solution solve someone song soon sorry sort soul sound soup source
south space spare spatial spawn speak special speed spell spend sphere spice spider spike spin spirit split
spoil sponsor spoon sport spot spray spread spring spy square squeeze squirrel stable stadium staff stage
stairs stamp stand start state stay steak steel stem step stereo stick still sting stock stomach stone stool
story stove strategy street strike strong struggle student stuff stumble style subject submit subway success
such sudden suffer sugar suggest suit summer sun sunny sunset super supply supreme sure surface surge surprise
surround survey suspect sustain swallow swamp swap swarm swear sweet swift swim swing switch sword symbol
symptom syrup system table tackle tag tail talent talk tank tape target task taste tattoo taxi teach team tell
ten tenant tennis tent term test text thank that theme then theory there they thing this thought three thrive
throw thumb thunder ticket tide tiger tilt timber time tiny tip tired tissue title toast tobacco today toddler
toe together toilet token tomato tomorrow tone tongue tonight tool tooth top topic topple torch tornado
tortoise toss total tourist toward tower town toy track trade traffic tragic train transfer trap trash travel
tray treat tree trend trial tribe trick trigger trim trip trophy trouble truck true truly trumpet trust truth
try tube tuition tumble tuna tunnel turkey turn turtle twelve twenty twice twin twist two type typical ugly
umbrella unable unaware uncle uncover under undo unfair unfold unhappy uniform unique unit universe unknown
unlock until unusual unveil update upgrade uphold upon upper upset urban urge usage use used useful useless
usual utility vacant vacuum vague valid valley valve van vanish vapor various vast vault vehicle velvet vendor
venture venue verb verify version very vessel veteran viable vibrant vicious victory video view village
vintage violin virtual virus visa visit visual vital vivid vocal voice void volcano volume vote voyage wage
wagon wait walk wall walnut want warfare warm warrior wash wasp waste water wave way wealth weapon wear weasel
weather web wedding weekend weird welcome west wet whale what wheat wheel when where whip whisper wide width
wife wild will win window wine wing wink winner winter wire wisdom wise wish witness wolf woman wonder wood
wool word work world worry worth wrap wreck wrestle wrist write wrong yard year yellow you young youth zebra
zero zone zoo
`,
  chinese_simplified: `
一 丁 七 万 丈 三 上 下 不 与 专 且 世 丘 丙 业 丛 东 丝 丢 两 严 丧 个 中 丰 串 临 丹 为 主 丽 举 乃 久 么 义 之 乌 乎 乏 乐 乔 乘 乙 九 也 习 乡 书 买 乱 乳 了 予
争 事 二 于 亏 云 互 五 井 亚 些 亡 交 亦 产 亩 享 京 亭 亮 亲 人 亿 什 仁 仅 仇 今 介 仍 从 仓 仔 他 仗 付 代 令 以 仪 们 仰 仲 件 价 任 份 仿 企 伊 伍 伏 伐 休 众
优 伙 会 伟 传 伤 伦 伪 伯 估 伴 伸 似 但 位 低 住 体 何 余 佛 作 你 佳 使 例 供 依 侦 侧 侨 侵 便 促 俄 俗 保 信 俩 修 倍 倒 候 借 倡 债 值 倾 假 偏 做 停 健 偶 偷
偿 傅 储 催 像 僚 儿 允 元 兄 充 先 光 克 免 党 入 全 八 公 六 兰 共 关 兴 兵 其 具 典 养 兼 内 册 再 冒 写 军 农 冠 冬 冯 冰 冲 决 况 冶 冷 冻 净 准 凉 减 凝 几 凡
凤 凭 凯 凶 凸 出 击 函 刀 分 切 刊 刑 划 列 刘 则 刚 创 初 判 利 别 刮 到 制 刷 刺 刻 剂 削 前 剑 剥 剧 剩 剪 副 割 力 劝 办 功 加 务 劣 动 助 努 励 劲 劳 势 勃 勇
勒 勘 勤 勾 匀 包 化 北 区 医 十 千 升 午 半 华 协 单 卖 南 博 占 卡 卢 卫 印 危 即 却 卵 卷 卸 卿 厂 厅 历 厉 压 厘 厚 原 去 县 参 又 及 友 双 反 发 叔 取 受 变 叙
叛 叠 口 古 句 另 只 叫 召 可 台 史 右 叶 号 司 叹 吃 各 合 吉 吊 同 名 后 吏 吐 向 吗 君 吞 否 吧 吨 含 听 启 吴 吸 吹 吾 呀 呆 呈 告 员 呢 周 味 呵 呼 命 和 咨 咬
咱 哀 品 哈 响 哥 哩 哪 哭 哲 唐 售 唯 唱 商 啊 啥 啦 喂 善 喊 喜 喝 喷 嘛 嘴 器 四 回 因 团 园 困 围 固 国 图 圆 圈 土 圣 在 地 场 均 坏 坐 坑 块 坚 坝 坡 坦 坯 垂
垄 型 垫 埃 埋 城 埔 域 培 基 堂 堆 堡 堵 塑 塔 塘 塞 填 境 墙 增 墨 壁 壤 士 壮 声 壳 处 备 复 夏 外 多 夜 够 大 天 太 夫 央 失 头 夹 夺 奇 奉 奋 奏 奔 奖 套 奥 女
奴 奶 她 好 如 妇 妈 妙 妥 妨 妹 妻 姆 始 姐 姑 姓 委 姚 姜 姻 姿 威 娘 婆 婚 嫂 嫩 子 孔 字 存 孙 孟 季 孤 学 孩 宁 它 宇 守 安 宋 完 宗 官 定 宜 宝 实 审 客 宣 室
宪 宫 害 宴 家 容 宽 宾 宿 寄 密 富 寒 察 寨 寸 对 寺 寻 导 寿 封 射 将 尊 小 少 尔 尖 尘 尚 尝 尤 就 尸 尺 尼 尽 尾 局 层 居 屈 届 屋 屏 展 属 山 岁 岗 岛 岩 岭 岸
峡 峰 崇 川 州 巡 工 左 巧 巨 巩 差 已 巴 巷 币 市 布 师 希 帐 帝 带 席 帮 常 帽 幅 幕 干 平 年 并 幸 幻 幼 广 庄 庆 床 序 库 应 底 店 庙 府 废 度 座 庭 康 延 廷 建
开 异 弃 弄 式 弓 引 弟 张 弦 弧 弯 弱 弹 强 归 当 录 形 彩 彪 彭 影 役 彻 彼 往 征 径 待 很 律 徐 徒 得 徙 御 循 微 德 徽 心 必 忆 忍 志 忘 忙 忠 忧 快 念 忽 怀 态
怎 怒 怕 思 急 性 怨 怪 总 恐 恒 恢 恨 恩 息 恰 恶 悄 悉 悟 患 您 悬 悲 情 惊 惜 惠 惨 惩 惯 想 愈 意 感 愤 愿 慌 慢 慰 懂 戈 戏 成 我 或 战 截 戴 户 房 所 扇 手 才
扎 扑 打 托 扣 执 扩 扫 扬 扭 扰 扶 批 找 承 技 把 抑 抓 投 抗 折 抚 抛 抢 护 报 抬 抱 抵 抹 抽 担 拆 拉 拌 拍 拒 拔 拖 招 拜 拟 拥 拨 择 括 拿 持 挂 指 按 挑 挖 挡
挤 挥 振 挺 捅 捉 捐 捕 捞 损 换 据 授 掉 掌 排 掘 探 接 控 推 掩 措 掷 揉 描 提 插 握 揭 援 搅 搜 搞 搬 搭 摄 摆 摇 摊 摘 摩 摸 撑 撒 撞 撤 播 操 擦 支 收 改 攻 放
政 故 效 敌 敏 救 教 敢 散 敬 数 敲 整 文 斑 斗 料 斜 斤 斥 断 斯 新 方 施 旁 旅 旋 族 旗 无 既 日 旦 旧 旨 早 旬 旱 时 旺 昂 昆 昌 明 昏 易 星 映 春 昨 是 显 晋 晒
晓 晚 晨 普 景 晶 智 暂 暖 暗 暴 曰 曲 更 曹 曼 曾 替 最 月 有 朋 服 朗 望 朝 期 木 未 末 本 术 朱 朵 机 杀 杂 权 杆 李 材 村 杜 束 条 来 杨 杭 杯 杰 松 板 极 构 析
林 果 枝 枪 枯 架 柄 某 染 柔 查 柬 柯 柱 柳 柴 标 栏 树 校 株 样 核 根 格 栽 桂 桃 框 案 桌 桑 档 桥 梁 梅 梦 梯 械 检 棉 棋 棒 棚 森 棱 植 楚 楼 概 槽 模 横 橡 次
欢 欣 欧 欲 欺 款 歇 歌 止 正 此 步 武 歪 死 殊 残 殖 段 殿 毁 毅 母 每 毒 比 毕 毛 毫 氏 民 气 氢 氧 氨 氮 氯 水 永 汁 求 汇 汉 汗 江 池 污 汤 汪 汽 沈 沉 沙 沟 没
沫 河 沸 油 治 沿 泉 法 泛 泡 波 泥 注 泪 泰 泵 泼 泽 洁 洋 洗 洛 洞 津 洪 洲 活 派 流 浅 浆 浇 测 济 浓 浙 浩 浪 浮 海 浸 涂 消 涉 涌 涤 润 涨 液 淀 淡 淮 深 混 添
清 渐 渔 渗 渠 渡 温 港 游 湖 湘 湾 湿 源 溜 溪 溶 滑 滚 满 滤 滨 滩 滴 漂 漆 漏 演 漫 潜 潮 激 灌 火 灭 灯 灰 灵 灾 炉 炎 炒 炭 炮 炸 点 炼 烂 烃 烈 烘 烟 烦 烧 热
烯 烷 焦 焰 然 煤 照 煮 熊 熔 熙 熟 燃 燕 燥 爆 爬 爱 父 爷 爸 爹 片 版 牌 牙 牛 牢 牧 物 牲 牵 特 牺 犯 状 狂 狗 狠 独 狱 猛 猪 献 玄 率 玉 王 玩 环 现 玻 珍 珠 班
球 理 琴 瑞 璃 瓜 瓦 瓶 瓷 甘 甚 甜 生 用 田 由 甲 申 电 男 画 畅 界 留 畜 略 番 疆 疏 疑 疗 疫 疯 疾 病 症 痕 痛 瘦 登 白 百 的 皆 皇 皮 皱 盆 盈 益 盐 监 盖 盗 盘
盛 盟 目 直 相 盾 省 眉 看 真 眼 着 睛 睡 督 瞧 矛 知 矩 短 矮 石 矿 码 砂 砍 研 砖 破 础 硅 硝 硫 硬 确 碍 碎 碗 碧 碰 碱 碳 磁 磨 磷 示 礼 社 祖 祝 神 祥 票 祸 禁
福 离 秀 私 秋 种 科 秒 秘 租 秦 秧 秩 积 称 移 稀 程 稍 税 稳 稻 稿 穆 穗 究 穷 空 穿 突 窗 窝 立 站 竞 竟 章 童 端 竹 笔 符 第 笼 等 筋 筑 筒 答 策 筛 筹 签 简 算
管 箭 箱 篇 簧 籍 米 类 粉 粒 粗 粘 粪 粮 精 糊 糖 系 素 索 紧 紫 累 繁 纠 红 纤 约 级 纪 纬 纯 纱 纲 纳 纵 纶 纷 纸 纹 纺 线 练 组 绅 细 织 终 绍 经 绒 结 绕 绘 给
络 绝 统 继 绩 绪 续 绳 维 综 绿 缆 缓 编 缘 缝 缩 缴 缸 缺 罐 网 罗 罚 罢 罩 罪 置 署 羊 美 群 羽 翻 翼 耀 老 考 者 而 耐 耕 耗 耳 职 联 聚 肃 肉 肌 肚 肠 股 肥 肩
肯 育 胀 胁 胆 背 胎 胜 胞 胡 胶 胸 胺 能 脂 脆 脉 脏 脑 脚 脱 脸 腊 腐 腔 腰 腹 腾 腿 膜 膨 臂 臣 自 至 致 舍 舒 舞 舟 航 般 舰 船 艇 良 艰 色 艺 节 芯 花 芳 芽 苍
苏 苗 若 苦 苯 英 范 茎 茶 草 荒 荡 荣 药 荷 莫 莱 莲 获 菌 菜 萄 营 萧 萨 落 葡 董 葱 蒋 蒙 蒸 蓄 蓝 蔡 蔬 薄 薯 藏 虎 虑 虚 虫 虽 虾 蚀 蛋 蜡 融 螺 血 行 街 衡 衣
补 表 衰 袁 袋 袖 被 袭 裁 裂 装 裕 西 要 覆 见 观 规 视 览 觉 角 解 触 言 警 计 订 认 讨 让 训 议 讯 记 讲 许 论 讼 设 访 证 评 识 诉 词 译 试 诗 诚 话 该 详 诬 语
误 说 请 诸 诺 读 课 谁 调 谈 谊 谋 谐 谓 谢 谱 谷 豆 象 豪 貌 贝 负 贡 财 责 贤 败 货 质 贪 贫 购 贮 贯 贴 贵 贷 贸 费 贺 资 赋 赏 赖 赛 赞 赤 赫 走 赴 赵 赶 起 超
越 趋 趣 足 跃 跑 距 跟 跨 路 跳 践 踏 身 躺 车 轧 轨 转 轮 软 轰 轴 轻 载 较 辅 辆 辈 辉 辊 辑 输 辖 辛 辞 辟 辨 辩 边 辽 达 迁 迅 过 迈 迎 运 近 返 还 这 进 远 违
连 迟 迫 述 迷 迹 追 退 送 适 逃 逆 选 透 逐 递 途 通 速 造 逮 逻 逼 遂 遇 遍 道 遗 遭 遵 避 邀 邓 那 邦 邮 邵 邻 郎 郑 部 郭 都 配 酒 酚 酯 酱 酵 酶 酷 酸 醇 醒 采
释 里 重 野 量 金 鉴 针 钉 钙 钟 钠 钢 钩 钱 钻 钾 铁 铃 铅 铒 铜 铝 银 铸 铺 链 销 锁 锅 锋 锐 错 锡 锥 锦 锭 键 锻 镇 镜 长 门 闪 闭 问 闲 间 闷 闹 闻 阀 阁 阅 阔
队 防 阳 阴 阵 阶 阻 阿 附 际 陆 陈 降 限 陕 院 除 险 陪 陵 陶 陷 隆 随 隐 隔 隙 障 隶 难 雄 雅 集 雏 雕 雨 雪 零 雷 雾 需 震 霉 霍 霞 露 霸 青 静 非 靠 面 革 鞋 韦
韩 音 页 顶 项 顺 须 顽 顾 顿 预 领 颇 频 颗 题 颜 额 风 飘 飞 食 饭 饮 饰 饱 饲 饼 饿 馆 馏 首 香 马 驱 驳 驶 驻 驾 骂 验 骑 骗 骤 骨 高 鬼 魏 鱼 鲁 鲜 鸟 鸡 鸣 鸭
鸿 麦 麻 黄 黎 黑 默 鼓 鼻 齐 齿 龄 龙
`,
  french: `
abaisser abandon abdiquer abeille abolir aborder aboutir aboyer abrasif abreuver abriter abroger abrupt
absence absolu absurde abusif abyssal academie acajou acarien accabler accepter acclamer accolade accroche
accuser acerbe achat acheter aciduler acier acompte acquerir acronyme acteur actif actuel adepte adequat
adhesif adjectif adjuger admettre admirer adopter adorer adoucir adresse adroit adulte adverbe aerer aeronef
affaire affecter affiche affreux affubler agacer agencer agile agiter agrafer agreable agrume aider aiguille
ailier aimable aisance ajouter ajuster alarmer alchimie alerte algebre algue aliener aliment alleger alliage
allouer allumer alourdir alpaga altesse alveole amateur ambigu ambre amenager amertume amidon amiral amorcer
amour amovible amphibie ampleur amusant analyse anaphore anarchie anatomie ancien aneantir angle angoisse
anguleux animal annexer annonce annuel anodin anomalie anonyme anormal antenne antidote anxieux apaiser
aperitif aplanir apologie appareil appeler apporter appuyer aquarium aqueduc arbitre arbuste ardeur ardoise
argent arlequin armature armement armoire armure arpenter arracher arriver arroser arsenic arteriel article
aspect asphalte aspirer assaut asservir assiette associer assurer asticot astre astuce atelier atome atrium
atroce attaque attentif attirer attraper aubaine auberge audace audible augurer aurore automne autruche avaler
avancer avarice avenir averse aveugle aviateur avide avion aviser avoine avouer avril axial axiome badge
bafouer bagage baguette baignade balancer balcon baleine balisage bambin bancaire bandage banlieue banniere
banquier barbier baril baron barque barrage bassin bastion bataille bateau batterie baudrier bavarder belette
belier belote benefice berceau berger berline bermuda besace besogne betail beurre biberon bicycle bidule
bijou bilan bilingue billard binaire biologie biopsie biotype biscuit bison bistouri bitume bizarre blafard
blague blanchir blessant blinder blond bloquer blouson bobard bobine boire boiser bolide bonbon bondir bonheur
bonifier bonus bordure borne botte boucle boueux bougie boulon bouquin bourse boussole boutique boxeur branche
brasier brave brebis breche breuvage bricoler brigade brillant brioche brique brochure broder bronzer brousse
broyeur brume brusque brutal bruyant buffle buisson bulletin bureau burin bustier butiner butoir buvable
buvette cabanon cabine cachette cadeau cadre cafeine caillou caisson calculer calepin calibre calmer calomnie
calvaire camarade camera camion campagne canal caneton canon cantine canular capable caporal caprice capsule
capter capuche carabine carbone caresser caribou carnage carotte carreau carton cascade casier casque cassure
causer caution cavalier caverne caviar cedille ceinture celeste cellule cendrier censurer central cercle
cerebral cerise cerner cerveau cesser chagrin chaise chaleur chambre chance chapitre charbon chasseur chaton
chausson chavirer chemise chenille chequier chercher cheval chien chiffre chignon chimere chiot chlorure
chocolat choisir chose chouette chrome chute cigare cigogne cimenter cinema cintrer circuler cirer cirque
citerne citoyen citron civil clairon clameur claquer classe clavier client cligner climat clivage cloche
clonage cloporte cobalt cobra cocasse cocotier coder codifier coffre cogner cohesion coiffer coincer colere
colibri colline colmater colonel combat comedie commande compact concert conduire confier congeler connoter
consonne contact convexe copain copie corail corbeau cordage corniche corpus correct cortege cosmique costume
coton coude coupure courage couteau couvrir coyote crabe crainte cravate crayon creature crediter cremeux
creuser crevette cribler crier cristal critere croire croquer crotale crucial cruel crypter cubique cueillir
cuillere cuisine cuivre culminer cultiver cumuler cupide curatif curseur cyanure cycle cylindre cynique
daigner damier danger danseur dauphin debattre debiter deborder debrider debutant decaler decembre dechirer
decider declarer decorer decrire decupler dedale deductif deesse defensif defiler defrayer degager degivrer
deglutir degrafer dejeuner delice deloger demander demeurer demolir denicher denouer dentelle denuder depart
depenser dephaser deplacer deposer deranger derober desastre descente desert designer desobeir dessiner
destrier detacher detester detourer detresse devancer devenir deviner devoir diable dialogue diamant dicter
differer digerer digital digne diluer dimanche diminuer dioxyde directif diriger discuter disposer dissiper
distance divertir diviser docile docteur dogme doigt domaine domicile dompter donateur donjon donner dopamine
dortoir dorure dosage doseur dossier dotation douanier double douceur douter doyen dragon draper dresser
dribbler droiture duperie duplexe durable durcir dynastie eblouir ecarter echarpe echelle eclairer eclipse
eclore ecluse ecole economie ecorce ecouter ecraser ecremer ecrivain ecrou ecume ecureuil edifier eduquer
effacer effectif effigie effort effrayer effusion egaliser egarer ejecter elaborer elargir electron elegant
elephant eleve eligible elitisme eloge elucider eluder emballer embellir embryon emeraude emission emmener
emotion emouvoir empereur employer emporter emprise emulsion encadrer enchere enclave encoche endiguer
endosser endroit enduire energie enfance enfermer enfouir engager engin englober enigme enjamber enjeu enlever
ennemi ennuyeux enrichir enrobage enseigne entasser entendre entier entourer entraver enumerer envahir
enviable envoyer enzyme eolien epaissir epargne epatant epaule epicerie epidemie epier epilogue epine episode
epitaphe epoque epreuve eprouver epuisant equerre equipe eriger erosion erreur eruption escalier espadon
espece espiegle espoir esprit esquiver essayer essence essieu essorer estime estomac estrade etagere etaler
etanche etatique eteindre etendoir eternel ethanol ethique ethnie etirer etoffer etoile etonnant etourdir
etrange etroit etude euphorie evaluer evasion eventail evidence eviter evolutif evoquer exact exagerer exaucer
exceller excitant exclusif excuse executer exemple exercer exhaler exhorter exigence exiler exister exotique
expedier explorer exposer exprimer exquis extensif extraire exulter fable fabuleux facette facile facture
faiblir falaise fameux famille farceur farfelu farine farouche fasciner fatal fatigue faucon fautif faveur
favori febrile feconder federer felin femme femur fendoir feodal fermer feroce ferveur festival feuille feutre
fevrier fiasco ficeler fictif fidele figure filature filetage filiere filleul filmer filou filtrer financer
finir fiole firme fissure fixer flairer flamme flasque flatteur fleau fleche fleur flexion flocon flore
fluctuer fluide fluvial folie fonderie fongible fontaine forcer forgeron formuler fortune fossile foudre
fougere fouiller foulure fourmi fragile fraise franchir frapper frayeur fregate freiner frelon fremir frenesie
frere friable friction frisson frivole froid fromage frontal frotter fruit fugitif fuite fureur furieux furtif
fusion futur gagner galaxie galerie gambader garantir gardien garnir garrigue gazelle gazon geant gelatine
gelule gendarme general genie genou gentil geologie geometre geranium germe gestuel geyser gibier gicler
girafe givre glace glaive glisser globe gloire glorieux golfeur gomme gonfler gorge gorille goudron gouffre
goulot goupille gourmand goutte graduel graffiti graine grand grappin gratuit gravir grenat griffure griller
grimper grogner gronder grotte groupe gruger grutier gruyere guepard guerrier guide guimauve guitare gustatif
gymnaste gyrostat habitude hachoir halte hameau hangar hanneton haricot harmonie harpon hasard helium hematome
herbe herisson hermine heron hesiter heureux hiberner hibou hilarant histoire hiver homard hommage homogene
honneur honorer honteux horde horizon horloge hormone horrible houleux housse hublot huileux humain humble
humide humour hurler hydromel hygiene hymne hypnose idylle ignorer iguane illicite illusion image imbiber
imiter immense immobile immuable impact imperial implorer imposer imprimer imputer incarner incendie incident
incliner incolore indexer indice inductif inedit ineptie inexact infini infliger informer infusion ingerer
inhaler inhiber injecter injure innocent inoculer inonder inscrire insecte insigne insolite inspirer instinct
insulter intact intense intime intrigue intuitif inutile invasion inventer inviter invoquer ironique irradier
irreel irriter isoler ivoire ivresse jaguar jaillir jambe janvier jardin jauger jaune javelot jetable jeton
jeudi jeunesse joindre joncher jongler joueur jouissif journal jovial joyau joyeux jubiler jugement junior
jupon juriste justice juteux juvenile kayak kimono kiosque label labial labourer lacerer lactose lagune laine
laisser laitier lambeau lamelle lampe lanceur langage lanterne lapin largeur larme laurier lavabo lavoir
lecture legal leger legume lessive lettre levier lexique lezard liasse liberer libre licence licorne liege
lievre ligature ligoter ligue limer limite limonade limpide lineaire lingot lionceau liquide lisiere lister
lithium litige littoral livreur logique lointain loisir lombric loterie louer lourd loutre louve loyal lubie
lucide lucratif lueur lugubre luisant lumiere lunaire lundi luron lutter luxueux machine magasin magenta
magique maigre maillon maintien mairie maison majorer malaxer malefice malheur malice mallette mammouth
mandater maniable manquant manteau manuel marathon marbre marchand mardi maritime marqueur marron marteler
mascotte massif materiel matiere matraque maudire maussade mauve maximal mechant meconnu medaille medecin
mediter meduse meilleur melange melodie membre memoire menacer mener menhir mensonge mentor mercredi merite
merle messager mesure metal meteore methode metier meuble miauler microbe miette mignon migrer milieu million
mimique mince mineral minimal minorer minute miracle miroiter missile mixte mobile moderne moelleux mondial
moniteur monnaie monotone monstre montagne monument moqueur morceau morsure mortier moteur motif mouche moufle
moulin mousson mouton mouvant multiple munition muraille murene murmure muscle museum musicien mutation muter
mutuel myriade myrtille mystere mythique nageur nappe narquois narrer natation nation nature naufrage nautique
navire nebuleux nectar nefaste negation negliger negocier neige nerveux nettoyer neurone neutron neveu niche
nickel nitrate niveau noble nocif nocturne noirceur noisette nomade nombreux nommer normatif notable notifier
notoire nourrir nouveau novateur novembre novice nuage nuancer nuire nuisible numero nuptial nuque nutritif
obeir objectif obliger obscur observer obstacle obtenir obturer occasion occuper ocean octobre octroyer
octupler oculaire odeur odorant offenser officier offrir ogive oiseau oisillon olfactif olivier ombrage
omettre onctueux onduler onereux onirique opale opaque operer opinion opportun opprimer opter optique orageux
orange orbite ordonner oreille organe orgueil orifice ornement orque ortie osciller osmose ossature otarie
ouragan ourson outil outrager ouvrage ovation oxyde oxygene ozone paisible palace palmares palourde palper
panache panda pangolin paniquer panneau panorama pantalon papaye papier papoter papyrus paradoxe parcelle
paresse parfumer parler parole parrain parsemer partager parure parvenir passion pasteque paternel patience
patron pavillon pavoiser payer paysage peigne peintre pelage pelican pelle pelouse peluche pendule penetrer
penible pensif penurie pepite peplum perdrix perforer periode permuter perplexe persil perte peser petale
petit petrir peuple pharaon phobie phoque photon phrase physique piano pictural piece pierre pieuvre pilote
pinceau pipette piquer pirogue piscine piston pivoter pixel pizza placard plafond plaisir planer plaque
plastron plateau pleurer plexus pliage plomb plonger pluie plumage pochette poesie poete pointe poirier
poisson poivre polaire policier pollen polygone pommade pompier ponctuel ponderer poney portique position
posseder posture potager poteau potion pouce poulain poumon pourpre poussin pouvoir prairie pratique precieux
predire prefixe prelude prenom presence pretexte prevoir primitif prince prison priver probleme proceder
prodige profond progres proie projeter prologue promener propre prospere proteger prouesse proverbe prudence
pruneau psychose public puceron puiser pulpe pulsar punaise punitif pupitre purifier puzzle pyramide quasar
querelle question quietude quitter quotient racine raconter radieux ragondin raideur raisin ralentir rallonge
ramasser rapide rasage ratisser ravager ravin rayonner reactif reagir realiser reanimer recevoir reciter
reclamer recolter recruter reculer recycler rediger redouter refaire reflexe reformer refrain refuge regalien
region reglage regulier reiterer rejeter rejouer relatif relever relief remarque remede remise remonter
remplir remuer renard renfort renifler renoncer rentrer renvoi replier reporter reprise reptile requin reserve
resineux resoudre respect rester resultat retablir retenir reticule retomber retracer reunion reussir revanche
revivre revolte revulsif richesse rideau rieur rigide rigoler rincer riposter risible risque rituel rival
riviere rocheux romance rompre ronce rondin roseau rosier rotatif rotor rotule rouge rouille rouleau routine
royaume ruban rubis ruche ruelle rugueux ruiner ruisseau ruser rustique rythme sabler saboter sabre sacoche
safari sagesse saisir salade salive salon saluer samedi sanction sanglier sarcasme sardine saturer saugrenu
saumon sauter sauvage savant savonner scalpel scandale scelerat scenario sceptre schema science scinder score
scrutin sculpter seance secable secher secouer secreter sedatif seduire seigneur sejour selectif semaine
sembler semence seminal senateur sensible sentence separer sequence serein sergent serieux serrure serum
service sesame sevir sevrage sextuple sideral siecle sieger siffler sigle signal silence silicium simple
sincere sinistre siphon sirop sismique situer skier social socle sodium soigneux soldat soleil solitude
soluble sombre sommeil somnoler sonde songeur sonnette sonore sorcier sortir sosie sottise soucieux soudure
souffle soulever soupape source soutirer souvenir spacieux spatial special sphere spiral stable station
sternum stimulus stipuler strict studieux stupeur styliste sublime substrat subtil subvenir succes sucre
suffixe suggerer suiveur sulfate superbe supplier surface suricate surmener surprise sursaut survie suspect
syllabe symbole symetrie synapse syntaxe systeme tabac tablier tactile tailler talent talisman talonner
tambour tamiser tangible tapis taquiner tarder tarif tartine tasse tatami tatouage taupe taureau taxer temoin
temporel tenaille tendre teneur tenir tension terminer terne terrible tetine texte theme theorie therapie
thorax tibia tiede timide tirelire tiroir tissu titane titre tituber toboggan tolerant tomate tonique tonneau
toponyme torche tordre tornade torpille torrent torse tortue totem toucher tournage tousser toxine traction
trafic tragique trahir train trancher travail trefle tremper tresor treuil triage tribunal tricoter trilogie
triomphe tripler triturer trivial trombone tronc tropical troupeau tuile tulipe tumulte tunnel turbine tuteur
tutoyer tuyau tympan typhon typique tyran ubuesque ultime ultrason unanime unifier union unique unitaire
univers uranium urbain urticant usage usine usuel usure utile utopie vacarme vaccin vagabond vague vaillant
vaincre vaisseau valable valise vallon valve vampire vanille vapeur varier vaseux vassal vaste vecteur vedette
vegetal vehicule veinard veloce vendredi venerer venger venimeux ventouse verdure verin vernir verrou verser
vertu veston veteran vetuste vexant vexer viaduc viande victoire vidange video vignette vigueur vilain village
vinaigre violon vipere virement virtuose virus visage viseur vision visqueux visuel vital vitesse viticole
vitrine vivace vivipare vocation voguer voile voisin voiture volaille volcan voltiger volume vorace vortex
voter vouloir voyage voyelle wagon xenon yacht zebre zenith zeste zoologie
`,
  italian: `
abaco abbaglio abbinato abete abisso abolire abrasivo abrogato accadere accenno accusato acetone achille acido
acqua acre acrilico acrobata acuto adagio addebito addome adeguato aderire adipe adottare adulare affabile
affetto affisso affranto aforisma afoso africano agave agente agevole aggancio agire agitare agonismo agricolo
agrumeto aguzzo alabarda alato albatro alberato albo albume alce alcolico alettone alfa algebra aliante alibi
alimento allagato allegro allievo allodola allusivo almeno alogeno alpaca alpestre altalena alterno alticcio
altrove alunno alveolo alzare amalgama amanita amarena ambito ambrato ameba america ametista amico ammasso
ammenda ammirare ammonito amore ampio ampliare amuleto anacardo anagrafe analista anarchia anatra anca ancella
ancora andare andrea anello angelo angolare angusto anima annegare annidato anno annuncio anonimo anticipo
anzi apatico apertura apode apparire appetito appoggio approdo appunto aprile arabica arachide aragosta
araldica arancio aratura arazzo arbitro archivio ardito arenile argento argine arguto aria armonia arnese
arredato arringa arrosto arsenico arso artefice arzillo asciutto ascolto asepsi asettico asfalto asino asola
aspirato aspro assaggio asse assoluto assurdo asta astenuto astice astratto atavico ateismo atomico atono
attesa attivare attorno attrito attuale ausilio austria autista autonomo autunno avanzato avere avvenire
avviso avvolgere azione azoto azzimo azzurro babele baccano bacino baco badessa badilata bagnato baita balcone
baldo balena ballata balzano bambino bandire baraonda barbaro barca baritono barlume barocco basilico basso
batosta battuto baule bava bavosa becco beffa belgio belva benda benevole benigno benzina bere berlina beta
bibita bici bidone bifido biga bilancia bimbo binocolo biologo bipede bipolare birbante birra biscotto bisesto
bisnonno bisonte bisturi bizzarro blando blatta bollito bonifico bordo bosco botanico bottino bozzolo braccio
bradipo brama branca bravura bretella brevetto brezza briglia brillante brindare broccolo brodo bronzina
brullo bruno bubbone buca budino buffone buio bulbo buono burlone burrasca bussola busta cadetto caduco
calamaro calcolo calesse calibro calmo caloria cambusa camerata camicia cammino camola campale canapa candela
cane canino canotto cantina capace capello capitolo capogiro cappero capra capsula carapace carcassa cardo
carisma carovana carretto cartolina casaccio cascata caserma caso cassone castello casuale catasta catena
catrame cauto cavillo cedibile cedrata cefalo celebre cellulare cena cenone centesimo ceramica cercare certo
cerume cervello cesoia cespo ceto chela chiaro chicca chiedere chimera china chirurgo chitarra ciao ciclismo
cifrare cigno cilindro ciottolo circa cirrosi citrico cittadino ciuffo civetta civile classico clinica cloro
cocco codardo codice coerente cognome collare colmato colore colposo coltivato colza coma cometa commando
comodo computer comune conciso condurre conferma congelare coniuge connesso conoscere consumo continuo
convegno coperto copione coppia copricapo corazza cordata coricato cornice corolla corpo corredo corsia
cortese cosmico costante cottura covato cratere cravatta creato credere cremoso crescita creta criceto crinale
crisi critico croce cronaca crostata cruciale crusca cucire cuculo cugino cullato cupola curatore cursore
curvo cuscino custode dado daino dalmata damerino daniela dannoso danzare datato davanti davvero debutto
decennio deciso declino decollo decreto dedicato definito deforme degno delegare delfino delirio delta demenza
denotato dentro deposito derapata derivare deroga descritto deserto desiderio desumere detersivo devoto
diametro dicembre diedro difeso diffuso digerire digitale diluvio dinamico dinnanzi dipinto diploma dipolo
diradare dire dirotto dirupo disagio discreto disfare disgelo disposto distanza disumano dito divano divelto
dividere divorato doblone docente doganale dogma dolce domato domenica dominare dondolo dono dormire dote
dottore dovuto dozzina drago druido dubbio dubitare ducale duna duomo duplice duraturo ebano eccesso ecco
eclissi economia edera edicola edile editoria educare egemonia egli egoismo egregio elaborato elargire
elegante elencato eletto elevare elfico elica elmo elsa eluso emanato emblema emesso emiro emotivo emozione
empirico emulo endemico enduro energia enfasi enoteca entrare enzima epatite epilogo episodio epocale eppure
equatore erario erba erboso erede eremita erigere ermetico eroe erosivo errante esagono esame esanime esaudire
esca esempio esercito esibito esigente esistere esito esofago esortato esoso espanso espresso essenza esso
esteso estimare estonia estroso esultare etilico etnico etrusco etto euclideo europa evaso evidenza evitato
evoluto evviva fabbrica faccenda fachiro falco famiglia fanale fanfara fango fantasma fare farfalla farinoso
farmaco fascia fastoso fasullo faticare fato favoloso febbre fecola fede fegato felpa feltro femmina fendere
fenomeno fermento ferro fertile fessura festivo fetta feudo fiaba fiducia fifa figurato filo finanza finestra
finire fiore fiscale fisico fiume flacone flamenco flebo flemma florido fluente fluoro fobico focaccia focoso
foderato foglio folata folclore folgore fondente fonetico fonia fontana forbito forchetta foresta formica
fornaio foro fortezza forzare fosfato fosso fracasso frana frassino fratello freccetta frenata fresco frigo
frollino fronde frugale frutta fucilata fucsia fuggente fulmine fulvo fumante fumetto fumoso fune funzione
fuoco furbo furgone furore fuso futile gabbiano gaffe galateo gallina galoppo gambero gamma garanzia garbo
garofano garzone gasdotto gasolio gastrico gatto gaudio gazebo gazzella geco gelatina gelso gemello gemmato
gene genitore gennaio genotipo gergo ghepardo ghiaccio ghisa giallo gilda ginepro giocare gioiello giorno
giove girato girone gittata giudizio giurato giusto globulo glutine gnomo gobba golf gomito gommone gonfio
gonna governo gracile grado grafico grammo grande grattare gravoso grazia greca gregge grifone grigio grinza
grotta gruppo guadagno guaio guanto guardare gufo guidare ibernato icona identico idillio idolo idra idrico
idrogeno igiene ignaro ignorato ilare illeso illogico illudere imballo imbevuto imbocco imbuto immane immerso
immolato impacco impeto impiego importo impronta inalare inarcare inattivo incanto incendio inchino incisivo
incluso incontro incrocio incubo indagine india indole inedito infatti infilare inflitto ingaggio ingegno
inglese ingordo ingrosso innesco inodore inoltrare inondato insano insetto insieme insonnia insulina intasato
intero intonaco intuito inumidire invalido invece invito iperbole ipnotico ipotesi ippica iride irlanda
ironico irrigato irrorare isolato isotopo isterico istituto istrice italia iterare labbro labirinto lacca
lacerato lacrima lacuna laddove lago lampo lancetta lanterna lardoso larga laringe lastra latenza latino
lattuga lavagna lavoro legale leggero lembo lentezza lenza leone lepre lesivo lessato lesto letterale leva
levigato libero lido lievito lilla limatura limitare limpido lineare lingua liquido lira lirica lisca lite
litigio livrea locanda lode logica lombare londra longevo loquace lorenzo loto lotteria luce lucidato lumaca
luminoso lungo lupo luppolo lusinga lusso lutto macabro macchina macero macinato madama magico maglia magnete
magro maiolica malafede malgrado malinteso malsano malto malumore mana mancia mandorla mangiare manifesto
mannaro manovra mansarda mantide manubrio mappa maratona marcire maretta marmo marsupio maschera massaia
mastino materasso matricola mattone maturo mazurca meandro meccanico mecenate medesimo meditare mega melassa
melis melodia meninge meno mensola mercurio merenda merlo meschino mese messere mestolo metallo metodo mettere
miagolare mica micelio michele microbo midollo miele migliore milano milite mimosa minerale mini minore mirino
mirtillo miscela missiva misto misurare mitezza mitigare mitra mittente mnemonico modello modifica modulo
mogano mogio mole molosso monastero monco mondina monetario monile monotono monsone montato monviso mora
mordere morsicato mostro motivato motosega motto movenza movimento mozzo mucca mucosa muffa mughetto mugnaio
mulatto mulinello multiplo mummia munto muovere murale musa muscolo musica mutevole muto nababbo nafta
nanometro narciso narice narrato nascere nastrare naturale nautica naviglio nebulosa necrosi negativo negozio
nemmeno neofita neretto nervo nessuno nettuno neutrale neve nevrotico nicchia ninfa nitido nobile nocivo nodo
nome nomina nordico normale norvegese nostrano notare notizia notturno novella nucleo nulla numero nuovo
nutrire nuvola nuziale oasi obbedire obbligo obelisco oblio obolo obsoleto occasione occhio occidente
occorrere occultare ocra oculato odierno odorare offerta offrire offuscato oggetto oggi ognuno olandese
olfatto oliato oliva ologramma oltre omaggio ombelico ombra omega omissione ondoso onere onice onnivoro
onorevole onta operato opinione opposto oracolo orafo ordine orecchino orefice orfano organico origine
orizzonte orma ormeggio ornativo orologio orrendo orribile ortensia ortica orzata orzo osare oscurare osmosi
ospedale ospite ossa ossidare ostacolo oste otite otre ottagono ottimo ottobre ovale ovest ovino oviparo
ovocito ovunque ovviare ozio pacchetto pace pacifico padella padrone paese paga pagina palazzina palesare
pallido palo palude pandoro pannello paolo paonazzo paprica parabola parcella parere pargolo pari parlato
parola partire parvenza parziale passivo pasticca patacca patologia pattume pavone peccato pedalare pedonale
peggio peloso penare pendice penisola pennuto penombra pensare pentola pepe pepita perbene percorso perdonato
perforare pergamena periodo permesso perno perplesso persuaso pertugio pervaso pesatore pesista peso pestifero
petalo pettine petulante pezzo piacere pianta piattino piccino picozza piega pietra piffero pigiama pigolio
pigro pila pilifero pillola pilota pimpante pineta pinna pinolo pioggia piombo piramide piretico pirite
pirolisi pitone pizzico placebo planare plasma platano plenario pochezza poderoso podismo poesia poggiare
polenta poligono pollice polmonite polpetta polso poltrona polvere pomice pomodoro ponte popoloso porfido
poroso porpora porre portata posa positivo possesso postulato potassio potere pranzo prassi pratica precluso
predica prefisso pregiato prelievo premere prenotare preparato presenza pretesto prevalso prima principe
privato problema procura produrre profumo progetto prolunga promessa pronome proposta proroga proteso prova
prudente prugna prurito psiche pubblico pudica pugilato pugno pulce pulito pulsante puntare pupazzo pupilla
puro quadro qualcosa quasi querela quota raccolto raddoppio radicale radunato raffica ragazzo ragione ragno
ramarro ramingo ramo randagio rantolare rapato rapina rappreso rasatura raschiato rasente rassegna rastrello
rata ravveduto reale recepire recinto recluta recondito recupero reddito redimere regalato registro regola
regresso relazione remare remoto renna replica reprimere reputare resa residente responso restauro rete retina
retorica rettifica revocato riassunto ribadire ribelle ribrezzo ricarica ricco ricevere riciclato ricordo
ricreduto ridicolo ridurre rifasare riflesso riforma rifugio rigare rigettato righello rilassato rilevato
rimanere rimbalzo rimedio rimorchio rinascita rincaro rinforzo rinnovo rinomato rinsavito rintocco rinuncia
rinvenire riparato ripetuto ripieno riportare ripresa ripulire risata rischio riserva risibile riso rispetto
ristoro risultato risvolto ritardo ritegno ritmico ritrovo riunione riva riverso rivincita rivolto rizoma roba
robotico robusto roccia roco rodaggio rodere roditore rogito rollio romantico rompere ronzio rosolare rospo
rotante rotondo rotula rovescio rubizzo rubrica ruga rullino rumine rumoroso ruolo rupe russare rustico sabato
sabbiare sabotato sagoma salasso saldatura salgemma salivare salmone salone saltare saluto salvo sapere sapido
saporito saraceno sarcasmo sarto sassoso satellite satira satollo saturno savana savio saziato sbadiglio
sbalzo sbancato sbarra sbattere sbavare sbendare sbirciare sbloccato sbocciato sbrinare sbruffone sbuffare
scabroso scadenza scala scambiare scandalo scapola scarso scatenare scavato scelto scenico scettro scheda
schiena sciarpa scienza scindere scippo sciroppo scivolo sclerare scodella scolpito scomparto sconforto
scoprire scorta scossone scozzese scriba scrollare scrutinio scuderia scultore scuola scuro scusare sdebitare
sdoganare seccatura secondo sedano seggiola segnalato segregato seguito selciato selettivo sella selvaggio
semaforo sembrare seme seminato sempre senso sentire sepolto sequenza serata serbato sereno serio serpente
serraglio servire sestina setola settimana sfacelo sfaldare sfamato sfarzoso sfaticato sfera sfida sfilato
sfinge sfocato sfoderare sfogo sfoltire sforzato sfratto sfruttato sfuggito sfumare sfuso sgabello sgarbato
sgonfiare sgorbio sgrassato sguardo sibilo siccome sierra sigla signore silenzio sillaba simbolo simpatico
simulato sinfonia singolo sinistro sino sintesi sinusoide sipario sisma sistole situato slitta slogatura
sloveno smarrito smemorato smentito smeraldo smilzo smontare smottato smussato snellire snervato snodo
sobbalzo sobrio soccorso sociale sodale soffitto sogno soldato solenne solido sollazzo solo solubile solvente
somatico somma sonda sonetto sonnifero sopire soppeso sopra sorgere sorpasso sorriso sorso sorteggio sorvolato
sospiro sosta sottile spada spalla spargere spatola spavento spazzola specie spedire spegnere spelatura
speranza spessore spettrale spezzato spia spigoloso spillato spinoso spirale splendido sportivo sposo spranga
sprecare spronato spruzzo spuntino squillo sradicare srotolato stabile stacco staffa stagnare stampato stantio
starnuto stasera statuto stelo steppa sterzo stiletto stima stirpe stivale stizzoso stonato storico strappo
stregato stridulo strozzare strutto stuccare stufo stupendo subentro succoso sudore suggerito sugo sultano
suonare superbo supporto surgelato surrogato sussurro sutura svagare svedese sveglio svelare svenuto svezia
sviluppo svista svizzera svolta svuotare tabacco tabulato tacciare taciturno tale talismano tampone tannino
tara tardivo targato tariffa tarpare tartaruga tasto tattico taverna tavolata tazza teca tecnico telefono
temerario tempo temuto tendone tenero tensione tentacolo teorema terme terrazzo terzetto tesi tesserato
testato tetro tettoia tifare tigella timbro tinto tipico tipografo tiraggio tiro titanio titolo titubante
tizio tizzone toccare tollerare tolto tombola tomo tonfo tonsilla topazio topologia toppa torba tornare
torrone tortora toscano tossire tostatura totano trabocco trachea trafila tragedia tralcio tramonto transito
trapano trarre trasloco trattato trave treccia tremolio trespolo tributo tricheco trifoglio trillo trincea
trio tristezza triturato trivella tromba trono troppo trottola trovare truccato tubatura tuffato tulipano
tumulto tunisia turbare turchino tuta tutela ubicato uccello uccisore udire uditivo uffa ufficio uguale ulisse
ultimato umano umile umorismo uncinetto ungere ungherese unicorno unificato unisono unitario unte uovo upupa
uragano urgenza urlo usanza usato uscito usignolo usuraio utensile utilizzo utopia vacante vaccinato vagabondo
vagliato valanga valgo valico valletta valoroso valutare valvola vampata vangare vanitoso vano vantaggio
vanvera vapore varano varcato variante vasca vedetta vedova veduto vegetale veicolo velcro velina velluto
veloce venato vendemmia vento verace verbale vergogna verifica vero verruca verticale vescica vessillo vestale
veterano vetrina vetusto viandante vibrante vicenda vichingo vicinanza vidimare vigilia vigneto vigore vile
villano vimini vincitore viola vipera virgola virologo virulento viscoso visione vispo vissuto visura vita
vitello vittima vivanda vivido viziare voce voga volatile volere volpe voragine vulcano zampogna zanna zappato
zattera zavorra zefiro zelante zelo zenzero zerbino zibetto zinco zircone zitto zolla zotico zucchero zufolo
zulu zuppa
`,
  japanese: `
あいこくしん あいさつ あいだ あおぞら あかちゃん あきる あけがた あける あこがれる あさい あさひ あしあと あじわう あずかる あずき あそぶ あたえる あたためる あたりまえ あたる あっしゅく あつい
あつかう あつまり あつめる あてな あてはまる あひる あふれる あぶら あぶる あまい あまど あまやかす あまり あみもの あめりか あやまる あゆむ あらいぐま あらし あらすじ あらためる あらゆる あらわす
ありがとう あわせる あわてる あんい あんがい あんこ あんぜん あんてい あんない あんまり いいだす いおん いがい いがく いきおい いきなり いきもの いきる いくじ いくぶん いけばな いけん いこう いこく
いこつ いさましい いさん いしき いじゅう いじょう いじわる いずみ いずれ いせい いせえび いせかい いせき いぜん いそうろう いそがしい いたずら いたみ いたりあ いだい いだく いちおう いちじ いちど
いちば いちぶ いちりゅう いっしゅん いっせい いっそう いったん いっち いってい いっぽう いつか いてざ いてん いとこ いどう いない いなか いねむり いのち いのる いはつ いはん いばる いひん いびき
いふく いへん いほう いみん いもうと いもたれ いもり いやがる いやす いよかん いよく いらい いらすと いりぐち いりょう いれい いれもの いれる いろえんぴつ いわい いわう いわかん いわば いわゆる
いんげんまめ いんさつ いんしょう いんよう うえき うえる うおざ うかぶ うかべる うがい うきわ うくらいな うくれれ うけたまわる うけつけ うけとる うけもつ うける うこん うごかす うごく うさぎ うしなう
うしろがみ うすい うすぎ うすぐらい うすめる うせつ うちあわせ うちがわ うちき うちゅう うっかり うったえる うつくしい うつる うどん うなぎ うなじ うなずく うなる うねる うのう うぶげ うぶごえ
うまれる うめる うもう うやまう うよく うらがえす うらぐち うらない うりあげ うりきれ うるさい うれしい うれゆき うれる うろこ うわき うわさ うんこう うんちん うんてん うんどう えいえん えいが
えいきょう えいご えいせい えいぶん えいよう えいわ えおり えがお えがく えきたい えくせる えしゃく えすて えつらん えのぐ えほうまき えほん えまき えもじ えもの えらい えらぶ えりあ えんえん
えんかい えんぎ えんげき えんしゅう えんぜつ えんそく えんちょう えんとつ おいかける おいこす おいしい おいつく おうえん おうさま おうじ おうせつ おうたい おうふく おうべい おうよう おえる おおい
おおう おおどおり おおや おおよそ おかえり おかず おかわり おがむ おきる おぎなう おくさま おくじょう おくりがな おくる おくれる おこす おこなう おこる おさえる おさない おさめる おしいれ おしえる
おしゃれ おじぎ おじさん おそらく おそわる おたがい おたく おだやか おちつく おっと おつり おでかけ おとしもの おとなしい おどり おどろかす おばさん おまいり おめでとう おもいで おもう おもたい
おもちゃ おやつ おやゆび およぼす おらんだ おろす おんがく おんけい おんしゃ おんせん おんだん おんちゅう おんどけい かあつ かいが かいさつ かいしゃ かいすいよく かいぜん かいぞうど かいつう かいてん
かいとう かいふく かいほう かいよう かいわ かえる かおり かかえる かがく かがし かがみ かくご かくとく かざる かたい かたち かなざわし かのう かぶか かほう かほご かまう かまぼこ かめれおん かゆい
かようび からい かるい かろう かわく かわら かんけい かんこう かんしゃ かんそう かんたん かんち がいき がいけん がいこう がいへき がいらい がぞう がちょう がっきゅう がっこう がっさん がっしょう
がはく がんか がんばる きあい きあつ きいろ きうい きうん きえる きおう きおく きおち きおん きかい きかく きかんしゃ ききて きくばり きくらげ きけんせい きこう きこえる きこく きさい きさく
きさま きさらぎ きすう きせい きせき きせつ きそう きぞく きぞん きたえる きちょう きつえん きつつき きつね きてい きどう きどく きない きなが きなこ きぬごし きねん きのう きのした きはく きひん
きびしい きふく きぶん きほん きぼう きまる きみつ きむずかしい きめる きもだめし きもち きもの きゃく きやく きょうりゅう きよう きらい きらく きりん きれい きれつ きろく きわめる きんかくじ
きんじょ きんようび ぎいん ぎしき ぎじかがく ぎじたいけん ぎじにってい ぎじゅつしゃ ぎっちり ぎゅうにく ぎろん ぎんいろ くいず くうかん くうき くうぐん くうこう くうそう くうふく くうぼ くかん
くきょう くげん くさい くさき くさばな くさる くしゃみ くしょう くすのき くすりゆび くせげ くせん くたびれる くださる くちこみ くちさき くつした くつろぐ くとうてん くどく くなん くねくね くのう
くふう くみあわせ くみたてる くめる くやくしょ くらす くらべる くるま くれる くろう くわしい ぐあい ぐうせい ぐうたら ぐこう ぐたいてき ぐっすり ぐんかん ぐんしょく ぐんたい ぐんて けあな けいかく
けいけん けいこ けいさつ けいたい けいれき けいろ けおとす けおりもの けさき けしき けしごむ けしょう けたば けちゃっぷ けちらす けっこん けっせき けってい けつあつ けつい けつえき けつじょ けつまつ
けつろん けとばす けとる けなげ けなす けなみ けぬき けねん けはい けぶかい けまり けみかる けむし けむり けもの けらい けろけろ けわしい けんい けんえつ けんお けんか けんげん けんこう けんさく
けんしゅう けんすう けんちく けんてい けんとう けんない けんにん けんま けんみん けんめい けんらん けんり げいじゅつ げいのうじん げきか げきげん げきだん げきちん げきとつ げきは げきやく げこう
げこくじょう げざい げざん げすと げつようび げつれい げどく げねつ げひん げぼく げんき げんそう げんぶつ こあくま こいぬ こいびと こうえん こうおん こうかん こうこう こうさい こうじ こうすい
こうそく こうたい こうちゃ こうつう こうてい こうどう こうない こうはい こうもく こうりつ こえる こおり こくご こくさい こくとう こくない こくはく こぐま こけい こける ここのか こころ こさめ こしつ
こすう こせい こせき こぜん こそだて こたい こたえる こたつ こちょう こっか こつこつ こつばん こつぶ こてい こてん ことがら ことし ことば ことり こなごな こねこね このまま このみ このよ こひつじ
こふう こふん こぼれる こまかい こまつな こまる こむぎこ こもじ こもち こもの こもん こやく こやま こゆう こゆび こよい こよう こりる これくしょん ころっけ こわもて こわれる こんいん こんかい
こんき こんしゅう こんすい こんだて こんとん こんなん こんびに こんぽん こんまけ こんや こんれい こんわく ごうい ごうきゅう ごうけい ごうせい ごうほう ごうまん ごかい ごかん ごがつ ごはん ごまあぶら
ごますり さいかい さいきん さいしょ さいせい さいてき さうな さかいし さかな さかみち さがす さがる さぎょう さくし さくひん さくら さこく さこつ さずかる さたん さっきょく さつえい さつじん
さつたば さつまいも さてい さといも さとう さとおや さとし さとる さのう さばく さびしい さべつ さほう さほど さます さみしい さみだれ さむけ さめる さやえんどう さゆう さよう さよく さらだ
さわやか さわる さんいん さんか さんきゃく さんこう さんさい さんすう さんせい さんそ さんち さんま さんみ さんらん ざいえき ざいげん ざいこ ざいたく ざいちゅう ざいりょう ざせき ざっか ざっし
ざっそう ざつおん ざつがく ざるそば ざんしょ しあい しあげ しあさって しあわせ しいく しいん しうち しえい しおけ しかい しかく しごと しすう したうけ したぎ したて したみ しちょう しちりん
しっかり しつじ しつもん してい してき してつ しなぎれ しなもの しなん しねま しねん しのぐ しのぶ しはい しはつ しはらい しはん しばかり しひょう しふく しへい しほう しほん しまう しまる しみん
しむける しめい しめる しもん しゃいん しゃうん しゃおん しゃくほう しゃけん しゃこ しゃざい しゃしん しゃせん しゃそう しゃたい しゃちょう しゃっきん しゃりん しゃれい しやくしょ しゅくはく
しゅっせき しゅみ しゅらば しょうかい しょくたく しょっけん しょどう しょもつ しらせる しらべる しんか しんこう しんせいじ しんちく しんりん じかん じだい じてん じどう じぶん じむしょ じゃがいも
じゃま じゅうしょ じゅしん じゅんばん じゆう じんじゃ すあげ すあし すあな すいえい すいか すいとう すいようび すうがく すうじつ すうせん すおどり すきま すくう すくない すける すこし すごい すすむ
すすめる すずしい すっかり すてき すてる すねる すのこ すはだ すばらしい すふれ すぶり すべて すべる すぼん すまい すめし すもう すやき すらすら するめ すれちがう すろっと すわる すんぜん すんぽう
ずあん ずいぶん ずさん ずっしり ずっと ずひょう ずぶぬれ ずほう せあぶら せいかつ せいげん せいじ せいよう せおう せかいかん せきにん せきむ せきゆ せきらんうん せけん せこう せすじ せたい せたけ
せっかく せっきゃく せっけん せっこつ せっさたくま せっぱん せつぞく せつだん せつでん せつび せつぶん せつめい せつりつ せなか せのび せはば せびろ せぼね せまい せまる せめる せもたれ せりふ
せんい せんえい せんか せんきょ せんく せんげん せんさい せんしゅ せんすい せんせい せんぞ せんたく せんちょう せんてい せんとう せんぬき せんねん せんぱい せんむ せんめんじょ せんもん せんやく
せんゆう せんよう せんれい せんろ ぜっく ぜんあく ぜんご ぜんぶ ぜんぽう ぜんら ぜんりゃく そあく そいとげる そいね そうがんきょう そうき そうご そうしん そうだん そうなん そうび そうめん そうり
そえもの そえん そがい そげき そこう そこそこ そざい そしな そせい そせん そそぐ そだてる そっかん そっけつ そっこう そっせん そっと そつう そつえん そつぎょう そとがわ そとづら そなえる そなた
そふぼ そぼく そぼろ そまつ そまる そむく そむりえ そめる そもそも そよかぜ そらまめ そろう そんかい そんけい そんざい そんしつ そんぞく そんちょう そんみん ぞんび ぞんぶん たあい たいいん たいうん
たいえき たいおう たいき たいぐう たいけん たいこ たいざい たいせつ たいそう たいちょう たいてい たいない たいねつ たいのう たいはん たいふう たいへん たいほ たいまつばな たいみんぐ たいむ たいめん
たいやき たいよう たいら たいりょく たいる たいわん たうえ たえる たおす たおる たおれる たかい たかね たきび たくさん たこく たこやき たさい たしざん たすける たずさわる たそがれ たたかう たたく
たたみ ただしい たちばな たてる たとえる たなばた たにん たぬき たのしみ たはつ たぶん たべる たぼう たまご たまる ためいき ためす ためる たもつ たやすい たよる たらす たりきほんがん たりょう
たりる たると たれる たれんと たろっと たわむれる たんい たんおん たんか たんき たんけん たんご たんさん たんじょうび たんそく たんたい たんてい たんとう たんにん たんのう たんぴん たんまつ たんめい
だいがく だいじょうぶ だいすき だいたい だいどころ だいひょう だじゃれ だっかい だっきゃく だっこ だっしゅつ だったい だむる だんあつ だんせい だんち だんな だんねつ だんぼう だんれつ だんろ だんわ
ちあい ちあん ちいき ちいさい ちえん ちかい ちから ちきゅう ちきん ちけいず ちけん ちこく ちさい ちしき ちしりょう ちせい ちそう ちたい ちたん ちちおや ちつじょ ちてき ちてん ちぬき ちぬり ちのう
ちひょう ちへいせん ちほう ちまた ちみつ ちみどろ ちめいど ちゃんこなべ ちゅうい ちゆりょく ちょうし ちょさくけん ちらし ちらみ ちりがみ ちりょう ちるど ちわわ ちんたい ちんもく ついか ついたち
つうか つうじょう つうはん つうわ つかう つかれる つくね つくる つけね つける つごう つたえる つつじ つつむ つづく つとめる つながる つなみ つねづね つのる つぶす つまらない つまる つみき つめたい
つもり つもる つよい つるぼ つるみく つわもの つわり てあし てあて てあみ ていおん ていか ていき ていけい ていこく ていさつ ていし ていせい ていたい ていど ていねい ていひょう ていへん ていぼう
てうち ておくれ てきとう てくび てさぎょう てさげ てすり てそう てちがい てちょう てつがく てつづき てつぼう てつや てぬき てぬぐい てのひら てはい てふだ てぶくろ てほどき てほん てまえ てまきずし
てみじか てみやげ てらす てれび てわけ てわたし てんいん てんかい てんき てんぐ てんけん てんごく てんさい てんし てんすう てんてき てんとう てんない てんぷら てんぼうだい てんめつ てんらんかい
でこぼこ でっぱ でぬかえ でんあつ でんち でんりょく でんわ といれ とうきゅう とうし とうむぎ とおい とおか とおく とおす とおる とかい とかす ときおり ときどき とくい とくしゅう とくてん とくに
とくべつ とけい とける とこや とさか としょかん とそう とたん とちゅう とっきゅう とっくん とつぜん とつにゅう ととのえる とどける とない となえる となり とのさま とばす とほう とまる とめる
ともだち ともる とらえる とんかつ どあい どうかん どうぐ どぶがわ どようび どんぶり ないかく ないこう ないしょ ないす ないせん ないそう なおす ながい なくす なげる なこうど なさけ なたでここ
なっとう なつやすみ ななおし なにごと なにもの なにわ なのか なふだ なまいき なまえ なまみ なみだ なめらか なめる なやむ ならう ならび ならぶ なれる なわとび なわばり にあう にいがた にうけ におい
にかい にがて にきび にくしみ にくまん にげる にさんかたんそ にしき にせもの にちじょう にちようび にっか にっき にっけい にっこう にっさん にっしょく にっすう にっせき にってい になう にほん にまめ
にもつ にやり にゅういん にりんしゃ にわとり にんい にんか にんき にんげん にんしき にんずう にんそう にんたい にんち にんてい にんにく にんぷ にんまり にんむ にんめい にんよう ぬいくぎ ぬかす
ぬくもり ぬぐいとる ぬぐう ぬすむ ぬまえび ぬめり ぬらす ぬんちゃく ねあげ ねいき ねいる ねいろ ねくたい ねくら ねぐせ ねこぜ ねこむ ねさげ ねすごす ねそべる ねだん ねっしん ねったいぎょ ねつい
ねつぞう ねふだ ねぶそく ねほりはほり ねぼう ねまき ねまわし ねみみ ねむい ねむたい ねもと ねらう ねわざ ねんいり ねんおし ねんかん ねんきん ねんぐ ねんざ ねんし ねんちゃく ねんど ねんぴ ねんぶつ
ねんまつ ねんりょう ねんれい のいず のおづま のがす のきなみ のこぎり のこす のこる のせる のぞく のぞむ のたまう のちほど のっく のはら のばす のべる のぼる のみもの のやま のらいぬ のらねこ
のりもの のりゆき のれん のんき はあく はいけん はいご はいしん はいすい はいせん はいそう はいち はいれつ はえる はおる はかい はかる はくしゅ はけん はこぶ はさみ はさん はしご はしる はせる
はそん はたん はちみつ はっかく はっきり はっくつ はっけん はっこう はっさん はっしん はったつ はっちゅう はってん はっぴょう はっぽう はつおん はづき はなす はなび はにかむ はぶらし はみがき
はむかう はめつ はやい はやし はらう はろうぃん はわい はんい はんえい はんおん はんかく はんきょう はんこ はんしゃ はんすう はんだん はんてい はんとし はんのう はんぱ はんぶん はんぺん はんぼうき
はんめい はんらん はんろん ばあい ばあさん ばいか ばいく ばいばい ばかり ばしょ ばんぐみ ぱそこん ぱんち ぱんつ ひいき ひうん ひえる ひかく ひかり ひかる ひかん ひくい ひけつ ひこうき ひこく
ひさい ひさしぶり ひさん ひしょ ひそか ひそむ ひたむき ひたる ひだり ひっこし ひっし ひっす ひつぎ ひつじゅひん ひつぜん ひつよう ひてい ひとごみ ひなまつり ひなん ひねる ひはん ひひょう ひびく
ひほう ひまわり ひまん ひみつ ひめい ひめじし ひやけ ひやす ひよう ひらがな ひらく ひりつ ひりょう ひるま ひるやすみ ひれい ひろい ひろう ひろき ひろゆき ひんかく ひんけつ ひんこん ひんしゅ
ひんそう ひんぱん びじゅつかん びょうき びんぼう ぴったり ぴっちり ぴんち ふあん ふいうち ふうけい ふうせん ふうとう ふうふ ふえる ふおん ふかい ふきん ふくざつ ふくぶくろ ふこう ふさい ふしぎ
ふじみ ふすま ふせい ふせぐ ふそく ふたん ふちょう ふっかつ ふっき ふっこく ふつう ふつか ふとる ふとん ふのう ふはい ふひょう ふへん ふまん ふみん ふめつ ふめん ふよう ふりこ ふりる ふるい
ふんいき ふんしつ ふんそう ぶたにく ぶどう ぶんがく ぶんぐ ぶんせき ぶんぽう ぷうたろう へいあん へいおん へいがい へいき へいげん へいこう へいさ へいしゃ へいせつ へいそ へいたく へいてん へいねつ
へいわ へきが へこむ へらす へんかん へんさい へんたい べにいろ べにしょうが べんきょう べんごし べんり ほあん ほいく ほうこく ほうそう ほうほう ほうもん ほうりつ ほえる ほおん ほかん ほきょう
ほくろ ほけつ ほけん ほこう ほこる ほしい ほしつ ほしゅ ほしょう ほせい ほそい ほそく ほたて ほたる ほっきょく ほっさ ほったん ほとんど ほめる ほんい ほんき ほんけ ほんしつ ほんやく ぼうぎょ
ぼきん ぽちぶくろ まいにち まかい まかせる まがる まける まこと まさつ まじめ ますく まぜる まつり まとめ まなぶ まぬけ まねく まほう まもる まゆげ まよう まろやか まわす まわり まわる まんが
まんきつ まんぞく まんなか みいら みうち みえる みかた みかん みがく みけん みこん みじかい みすい みすえる みせる みっか みつかる みつける みてい みとめる みなと みなみかさい みねらる みのう
みのがす みほん みもと みやげ みらい みりょく みわく みんか みんぞく むいか むえき むえん むかい むかう むかえ むかし むぎちゃ むける むげん むさぼる むしあつい むしば むしろ むじゅん むすう
むすこ むすぶ むすめ むせる むせん むちゅう むなしい むのう むやみ むよう むらさき むりょう むろん めいあん めいうん めいえん めいかく めいきょく めいさい めいし めいそう めいぶつ めいれい めいわく
めぐまれる めざす めした めずらしい めだつ めまい めやす めんきょ めんせき めんどう もうしあげる もうどうけん もえる もくし もくてき もくようび もちろん もどる もらう もんく もんだい やおや やける
やさい やさしい やすい やすたろう やすみ やせる やそう やたい やちん やっと やっぱり やぶる やめる ややこしい やよい やわらかい ゆうき ゆうびんきょく ゆうべ ゆうめい ゆけつ ゆしゅつ ゆせん ゆそう
ゆたか ゆちゃく ゆでる ゆにゅう ゆびわ ゆらい ゆれる ようい ようか ようきゅう ようじ ようす ようちえん よかぜ よかん よきん よくせい よくぼう よけい よごれる よさん よしゅう よそう よそく よっか
よてい よどがわく よねつ よやく よゆう よろこぶ よろしい らいう らくがき らくご らくさつ らくだ らしんばん らせん らぞく らたい らっか られつ りえき りかい りきさく りきせつ りくぐん りくつ りけん
りこう りせい りそう りそく りてん りねん りゅうがく りゆう りょうり りょかん りょくちゃ りょこう りよう りりく りれき りろん りんご るいけい るいさい るいじ るいせき るすばん るりがわら れいかん
れいぎ れいせい れいぞうこ れいとう れいぼう れきし れきだい れんあい れんけい れんこん れんさい れんしゅう れんぞく れんらく ろうか ろうご ろうじん ろうそく ろくが ろこつ ろしゅつ ろじうら ろせん
ろてん ろめん ろれつ ろんぎ ろんぱ ろんぶん ろんり わかす わかめ わかやま わかれる わしつ わじまし わすれもの わらう われる
`,
  korean: `
가격 가끔 가난 가능 가득 가르침 가뭄 가방 가상 가슴 가운데 가을 가이드 가입 가장 가정 가족 가죽 각오 각자 간격 간부 간섭 간장 간접 간판 갈등 갈비 갈색 갈증 감각 감기 감소 감수성 감자
감정 갑자기 강남 강당 강도 강력히 강변 강북 강사 강수량 강아지 강원도 강의 강제 강조 같이 개구리 개나리 개방 개별 개선 개성 개인 객관적 거실 거액 거울 거짓 거품 걱정 건강 건물 건설 건조
건축 걸음 검사 검토 게시판 게임 겨울 견해 결과 결국 결론 결석 결승 결심 결정 결혼 경계 경고 경기 경력 경복궁 경비 경상도 경영 경우 경쟁 경제 경주 경찰 경치 경향 경험 계곡 계단 계란 계산
계속 계약 계절 계층 계획 고객 고구려 고궁 고급 고등학생 고무신 고민 고양이 고장 고전 고집 고춧가루 고통 고향 곡식 골목 골짜기 골프 공간 공개 공격 공군 공급 공기 공동 공무원 공부 공사 공식
공업 공연 공원 공장 공짜 공책 공통 공포 공항 공휴일 과목 과일 과장 과정 과학 관객 관계 관광 관념 관람 관련 관리 관습 관심 관점 관찰 광경 광고 광장 광주 괴로움 굉장히 교과서 교문 교복
교실 교양 교육 교장 교직 교통 교환 교훈 구경 구름 구멍 구별 구분 구석 구성 구속 구역 구입 구청 구체적 국가 국기 국내 국립 국물 국민 국수 국어 국왕 국적 국제 국회 군대 군사 군인 궁극적
권리 권위 권투 귀국 귀신 규정 규칙 균형 그날 그냥 그늘 그러나 그룹 그릇 그림 그제서야 그토록 극복 극히 근거 근교 근래 근로 근무 근본 근원 근육 근처 글씨 글자 금강산 금고 금년 금메달 금액
금연 금요일 금지 긍정적 기간 기관 기념 기능 기독교 기둥 기록 기름 기법 기본 기분 기쁨 기숙사 기술 기억 기업 기온 기운 기원 기적 기준 기침 기혼 기획 긴급 긴장 길이 김밥 김치 김포공항
깍두기 깜빡 깨달음 깨소금 껍질 꼭대기 꽃잎 나들이 나란히 나머지 나물 나침반 나흘 낙엽 난방 날개 날씨 날짜 남녀 남대문 남매 남산 남자 남편 남학생 낭비 낱말 내년 내용 내일 냄비 냄새 냇물
냉동 냉면 냉방 냉장고 넥타이 넷째 노동 노란색 노력 노인 녹음 녹차 녹화 논리 논문 논쟁 놀이 농구 농담 농민 농부 농업 농장 농촌 높이 눈동자 눈물 눈썹 뉴욕 느낌 늑대 능동적 능력 다방 다양성
다음 다이어트 다행 단계 단골 단독 단맛 단순 단어 단위 단점 단체 단추 단편 단풍 달걀 달러 달력 달리 닭고기 담당 담배 담요 담임 답변 답장 당근 당분간 당연히 당장 대규모 대낮 대단히 대답
대도시 대략 대량 대륙 대문 대부분 대신 대응 대장 대전 대접 대중 대책 대출 대충 대통령 대학 대한민국 대합실 대형 덩어리 데이트 도대체 도덕 도둑 도망 도서관 도심 도움 도입 도자기 도저히 도전
도중 도착 독감 독립 독서 독일 독창적 동화책 뒷모습 뒷산 딸아이 마누라 마늘 마당 마라톤 마련 마무리 마사지 마약 마요네즈 마을 마음 마이크 마중 마지막 마찬가지 마찰 마흔 막걸리 막내 막상 만남
만두 만세 만약 만일 만점 만족 만화 많이 말기 말씀 말투 맘대로 망원경 매년 매달 매력 매번 매스컴 매일 매장 맥주 먹이 먼저 먼지 멀리 메일 며느리 며칠 면담 멸치 명단 명령 명예 명의 명절
명칭 명함 모금 모니터 모델 모든 모범 모습 모양 모임 모조리 모집 모퉁이 목걸이 목록 목사 목소리 목숨 목적 목표 몰래 몸매 몸무게 몸살 몸속 몸짓 몸통 몹시 무관심 무궁화 무더위 무덤 무릎 무슨
무엇 무역 무용 무조건 무지개 무척 문구 문득 문법 문서 문제 문학 문화 물가 물건 물결 물고기 물론 물리학 물음 물질 물체 미국 미디어 미사일 미술 미역 미용실 미움 미인 미팅 미혼 민간 민족
민주 믿음 밀가루 밀리미터 밑바닥 바가지 바구니 바나나 바늘 바닥 바닷가 바람 바이러스 바탕 박물관 박사 박수 반대 반드시 반말 반발 반성 반응 반장 반죽 반지 반찬 받침 발가락 발걸음 발견 발달
발레 발목 발바닥 발생 발음 발자국 발전 발톱 발표 밤하늘 밥그릇 밥맛 밥상 밥솥 방금 방면 방문 방바닥 방법 방송 방식 방안 방울 방지 방학 방해 방향 배경 배꼽 배달 배드민턴 백두산 백색 백성
백인 백제 백화점 버릇 버섯 버튼 번개 번역 번지 번호 벌금 벌레 벌써 범위 범인 범죄 법률 법원 법적 법칙 베이징 벨트 변경 변동 변명 변신 변호사 변화 별도 별명 별일 병실 병아리 병원 보관
보너스 보라색 보람 보름 보상 보안 보자기 보장 보전 보존 보통 보편적 보험 복도 복사 복숭아 복습 볶음 본격적 본래 본부 본사 본성 본인 본질 볼펜 봉사 봉지 봉투 부근 부끄러움 부담 부동산 부문
부분 부산 부상 부엌 부인 부작용 부장 부정 부족 부지런히 부친 부탁 부품 부회장 북부 북한 분노 분량 분리 분명 분석 분야 분위기 분필 분홍색 불고기 불과 불교 불꽃 불만 불법 불빛 불안 불이익
불행 브랜드 비극 비난 비닐 비둘기 비디오 비로소 비만 비명 비밀 비바람 비빔밥 비상 비용 비율 비중 비타민 비판 빌딩 빗물 빗방울 빗줄기 빛깔 빨간색 빨래 빨리 사건 사계절 사나이 사냥 사람 사랑
사립 사모님 사물 사방 사상 사생활 사설 사슴 사실 사업 사용 사월 사장 사전 사진 사촌 사춘기 사탕 사투리 사흘 산길 산부인과 산업 산책 살림 살인 살짝 삼계탕 삼국 삼십 삼월 삼촌 상관 상금
상대 상류 상반기 상상 상식 상업 상인 상자 상점 상처 상추 상태 상표 상품 상황 새벽 색깔 색연필 생각 생명 생물 생방송 생산 생선 생신 생일 생활 서랍 서른 서명 서민 서비스 서양 서울 서적
서점 서쪽 서클 석사 석유 선거 선물 선배 선생 선수 선원 선장 선전 선택 선풍기 설거지 설날 설렁탕 설명 설문 설사 설악산 설치 설탕 섭씨 성공 성당 성명 성별 성인 성장 성적 성질 성함 세금
세미나 세상 세월 세종대왕 세탁 센터 센티미터 셋째 소규모 소극적 소금 소나기 소년 소득 소망 소문 소설 소속 소아과 소용 소원 소음 소중히 소지품 소질 소풍 소형 속담 속도 속옷 손가락 손길 손녀
손님 손등 손목 손뼉 손실 손질 손톱 손해 솔직히 솜씨 송아지 송이 송편 쇠고기 쇼핑 수건 수년 수단 수돗물 수동적 수면 수명 수박 수상 수석 수술 수시로 수업 수염 수영 수입 수준 수집 수출 수컷
수필 수학 수험생 수화기 숙녀 숙소 숙제 순간 순서 순수 순식간 순위 숟가락 술병 술집 숫자 스님 스물 스스로 스승 스웨터 스위치 스케이트 스튜디오 스트레스 스포츠 슬쩍 슬픔 습관 습기 승객 승리
승부 승용차 승진 시각 시간 시골 시금치 시나리오 시댁 시리즈 시멘트 시민 시부모 시선 시설 시스템 시아버지 시어머니 시월 시인 시일 시작 시장 시절 시점 시중 시즌 시집 시청 시합 시험 식구 식기
식당 식량 식료품 식물 식빵 식사 식생활 식초 식탁 식품 신고 신규 신념 신문 신발 신비 신사 신세 신용 신제품 신청 신체 신화 실감 실내 실력 실례 실망 실수 실습 실시 실장 실정 실질적 실천
실체 실컷 실태 실패 실험 실현 심리 심부름 심사 심장 심정 심판 쌍둥이 씨름 씨앗 아가씨 아나운서 아드님 아들 아쉬움 아스팔트 아시아 아울러 아저씨 아줌마 아직 아침 아파트 아프리카 아픔 아홉
아흔 악기 악몽 악수 안개 안경 안과 안내 안녕 안동 안방 안부 안주 알루미늄 알코올 암시 암컷 압력 앞날 앞문 애인 애정 액수 앨범 야간 야단 야옹 약간 약국 약속 약수 약점 약품 약혼녀 양념
양력 양말 양배추 양주 양파 어둠 어려움 어른 어젯밤 어쨌든 어쩌다가 어쩐지 언니 언덕 언론 언어 얼굴 얼른 얼음 얼핏 엄마 업무 업종 업체 엉덩이 엉망 엉터리 엊그제 에너지 에어컨 엔진 여건
여고생 여관 여군 여권 여대생 여덟 여동생 여든 여론 여름 여섯 여성 여왕 여인 여전히 여직원 여학생 여행 역사 역시 역할 연결 연구 연극 연기 연락 연설 연세 연속 연습 연애 연예인 연인 연장
연주 연출 연필 연합 연휴 열기 열매 열쇠 열심히 열정 열차 열흘 염려 엽서 영국 영남 영상 영양 영역 영웅 영원히 영하 영향 영혼 영화 옆구리 옆방 옆집 예감 예금 예방 예산 예상 예선 예술 예습
예식장 예약 예전 예절 예정 예컨대 옛날 오늘 오락 오랫동안 오렌지 오로지 오른발 오븐 오십 오염 오월 오전 오직 오징어 오페라 오피스텔 오히려 옥상 옥수수 온갖 온라인 온몸 온종일 온통 올가을
올림픽 올해 옷차림 와이셔츠 와인 완성 완전 왕비 왕자 왜냐하면 왠지 외갓집 외국 외로움 외삼촌 외출 외침 외할머니 왼발 왼손 왼쪽 요금 요일 요즘 요청 용기 용서 용어 우산 우선 우승 우연히 우정
우체국 우편 운동 운명 운반 운전 운행 울산 울음 움직임 웃어른 웃음 워낙 원고 원래 원서 원숭이 원인 원장 원피스 월급 월드컵 월세 월요일 웨이터 위반 위법 위성 위원 위험 위협 윗사람 유난히
유럽 유명 유물 유산 유적 유치원 유학 유행 유형 육군 육상 육십 육체 은행 음력 음료 음반 음성 음식 음악 음주 의견 의논 의문 의복 의식 의심 의외로 의욕 의원 의학 이것 이곳 이념 이놈 이달
이대로 이동 이렇게 이력서 이론적 이름 이민 이발소 이별 이불 이빨 이상 이성 이슬 이야기 이용 이웃 이월 이윽고 이익 이전 이중 이튿날 이틀 이혼 인간 인격 인공 인구 인근 인기 인도 인류 인물
인생 인쇄 인연 인원 인재 인종 인천 인체 인터넷 인하 인형 일곱 일기 일단 일대 일등 일반 일본 일부 일상 일생 일손 일요일 일월 일정 일종 일주일 일찍 일체 일치 일행 일회용 임금 임무 입대
입력 입맛 입사 입술 입시 입원 입장 입학 자가용 자격 자극 자동 자랑 자부심 자식 자신 자연 자원 자율 자전거 자정 자존심 자판 작가 작년 작성 작업 작용 작은딸 작품 잔디 잔뜩 잔치 잘못 잠깐
잠수함 잠시 잠옷 잠자리 잡지 장관 장군 장기간 장래 장례 장르 장마 장면 장모 장미 장비 장사 장소 장식 장애인 장인 장점 장차 장학금 재능 재빨리 재산 재생 재작년 재정 재채기 재판 재학 재활용
저것 저고리 저곳 저녁 저런 저렇게 저번 저울 저절로 저축 적극 적당히 적성 적용 적응 전개 전공 전기 전달 전라도 전망 전문 전반 전부 전세 전시 전용 전자 전쟁 전주 전철 전체 전통 전혀 전후
절대 절망 절반 절약 절차 점검 점수 점심 점원 점점 점차 접근 접시 접촉 젓가락 정거장 정도 정류장 정리 정말 정면 정문 정반대 정보 정부 정비 정상 정성 정오 정원 정장 정지 정치 정확히 제공
제과점 제대로 제목 제발 제법 제삿날 제안 제일 제작 제주도 제출 제품 제한 조각 조건 조금 조깅 조명 조미료 조상 조선 조용히 조절 조정 조직 존댓말 존재 졸업 졸음 종교 종로 종류 종소리 종업원
종종 종합 좌석 죄인 주관적 주름 주말 주머니 주먹 주문 주민 주방 주변 주식 주인 주일 주장 주전자 주택 준비 줄거리 줄기 줄무늬 중간 중계방송 중국 중년 중단 중독 중반 중부 중세 중소기업 중순
중앙 중요 중학교 즉석 즉시 즐거움 증가 증거 증권 증상 증세 지각 지갑 지경 지극히 지금 지급 지능 지름길 지리산 지방 지붕 지식 지역 지우개 지원 지적 지점 지진 지출 직선 직업 직원 직장 진급
진동 진로 진료 진리 진짜 진찰 진출 진통 진행 질문 질병 질서 짐작 집단 집안 집중 짜증 찌꺼기 차남 차라리 차량 차림 차별 차선 차츰 착각 찬물 찬성 참가 참기름 참새 참석 참여 참외 참조 찻잔
창가 창고 창구 창문 창밖 창작 창조 채널 채점 책가방 책방 책상 책임 챔피언 처벌 처음 천국 천둥 천장 천재 천천히 철도 철저히 철학 첫날 첫째 청년 청바지 청소 청춘 체계 체력 체온 체육 체중
체험 초등학생 초반 초밥 초상화 초순 초여름 초원 초저녁 초점 초청 초콜릿 촛불 총각 총리 총장 촬영 최근 최상 최선 최신 최악 최종 추석 추억 추진 추천 추측 축구 축소 축제 축하 출근 출발 출산
출신 출연 출입 출장 출판 충격 충고 충돌 충분히 충청도 취업 취직 취향 치약 친구 친척 칠십 칠월 칠판 침대 침묵 침실 칫솔 칭찬 카메라 카운터 칼국수 캐릭터 캠퍼스 캠페인 커튼 컨디션 컬러
컴퓨터 코끼리 코미디 콘서트 콜라 콤플렉스 콩나물 쾌감 쿠데타 크림 큰길 큰딸 큰소리 큰아들 큰어머니 큰일 큰절 클래식 클럽 킬로 타입 타자기 탁구 탁자 탄생 태권도 태양 태풍 택시 탤런트 터널
터미널 테니스 테스트 테이블 텔레비전 토론 토마토 토요일 통계 통과 통로 통신 통역 통일 통장 통제 통증 통합 통화 퇴근 퇴원 퇴직금 튀김 트럭 특급 특별 특성 특수 특징 특히 튼튼히 티셔츠 파란색
파일 파출소 판결 판단 판매 판사 팔십 팔월 팝송 패션 팩스 팩시밀리 팬티 퍼센트 페인트 편견 편의 편지 편히 평가 평균 평생 평소 평양 평일 평화 포스터 포인트 포장 포함 표면 표정 표준 표현
품목 품질 풍경 풍속 풍습 프랑스 프린터 플라스틱 피곤 피망 피아노 필름 필수 필요 필자 필통 핑계 하느님 하늘 하드웨어 하룻밤 하반기 하숙집 하순 하여튼 하지만 하천 하품 하필 학과 학교 학급
학기 학년 학력 학번 학부모 학비 학생 학술 학습 학용품 학원 학위 학자 학점 한계 한글 한꺼번에 한낮 한눈 한동안 한때 한라산 한마디 한문 한번 한복 한식 한여름 한쪽 할머니 할아버지 할인 함께
함부로 합격 합리적 항공 항구 항상 항의 해결 해군 해답 해당 해물 해석 해설 해수욕장 해안 핵심 핸드백 햄버거 햇볕 햇살 행동 행복 행사 행운 행위 향기 향상 향수 허락 허용 헬기 현관 현금 현대
현상 현실 현장 현재 현지 혈액 협력 형부 형사 형수 형식 형제 형태 형편 혜택 호기심 호남 호랑이 호박 호텔 호흡 혹시 홀로 홈페이지 홍보 홍수 홍차 화면 화분 화살 화요일 화장 화학 확보 확인
확장 확정 환갑 환경 환영 환율 환자 활기 활동 활발히 활용 활짝 회견 회관 회복 회색 회원 회장 회전 횟수 횡단보도 효율적 후반 후춧가루 훈련 훨씬 휴식 휴일 흉내 흐름 흑백 흑인 흔적 흔히 흥미
흥분 희곡 희망 희생 흰색 힘껏
`,
  spanish: `
abaco abdomen abeja abierto abogado abono aborto abrazo abrir abuelo abuso acabar academia acceso accion
aceite acelga acento aceptar acido aclarar acne acoger acoso activo acto actriz actuar acudir acuerdo acusar
adicto admitir adoptar adorno aduana adulto aereo afectar aficion afinar afirmar agil agitar agonia agosto
agotar agregar agrio agua agudo aguila aguja ahogo ahorro aire aislar ajedrez ajeno ajuste alacran alambre
alarma alba album alcalde aldea alegre alejar alerta aleta alfiler alga algodon aliado aliento alivio alma
almeja almibar altar alteza altivo alto altura alumno alzar amable amante amapola amargo amasar ambar ambito
ameno amigo amistad amor amparo amplio anadir ancho anciano ancla andar anden anejo anemia angulo anillo animo
anis ano anotar antena antiguo antojo anual anular anuncio apagar aparato apetito apio aplicar apodo aporte
apoyo aprender aprobar apuesta apuro arado arana arar arbitro arbol arbusto archivo arco arder ardilla arduo
area arido aries armonia arnes aroma arpa arpon arreglo arroz arruga arte artista asa asado asalto ascenso
asegurar aseo asesor asiento asilo asistir asno asombro aspero astilla astro astuto asumir asunto atajo ataque
atar atento ateo atico atleta atomo atraer atroz atun audaz audio auge aula aumento ausente autor aval avance
avaro ave avellana avena avestruz avion aviso ayer ayuda ayuno azafran azar azote azucar azufre azul baba
babor bache bahia baile bajar balanza balcon balde bambu banco banda bano barba barco barniz barro bascula
baston basura batalla bateria batir batuta baul bazar bebe bebida bello besar beso bestia bicho bien bingo
blanco bloque blusa boa bobina bobo boca bocina boda bodega boina bola bolero bolsa bomba bondad bonito bono
bonsai borde borrar bosque bote botin boveda bozal bravo brazo brecha breve brillo brinco brisa broca broma
bronce brote bruja brusco bruto buceo bucle bueno buey bufanda bufon buho buitre bulto burbuja burla burro
buscar butaca buzon caballo cabeza cabina cabra cacao cadaver cadena caer cafe caida caiman caja cajon cal
calamar calcio caldo calidad calle calma calor calvo cama cambio camello camino campo cana cancer candil
canela canguro canica canon canto caoba caos capaz capitan capote captar capucha cara carbon carcel careta
carga carino carne carpeta carro carta casa casco casero caspa castor catorce catre caudal causa cazo cebolla
ceder cedro celda celebre celoso celula cemento ceniza centro cerca cerdo cereza cero cerrar certeza cesped
cetro chacal chaleco champu chancla chapa charla chico chiste chivo choque choza chuleta chupar ciclon ciego
cielo cien cierto cifra cigarro cima cinco cine cinta cipres circo ciruela cisne cita ciudad clamor clan claro
clase clave cliente clima clinica cobre coccion cochino cocina coco codigo codo cofre coger cohete cojin cojo
cola colcha colegio colgar colina collar colmo columna combate comer comida comodo compra conde conejo conga
conocer consejo contar copa copia corazon corbata corcho cordon corona correr coser cosmos costa craneo crater
crear crecer creido crema cria crimen cripta crisis cromo cronica croqueta crudo cruz cuadro cuarto cuatro
cubo cubrir cuchara cuello cuento cuerda cuesta cueva cuidar culebra culpa culto cumbre cumplir cuna cuneta
cuota cupon cupula curar curioso curso curva cutis dama danza dar dardo datil deber debil decada decir dedo
defensa definir dejar delfin delgado delito demora denso dental deporte derecho derrota desayuno deseo desfile
desnudo destino desvio detalle detener deuda dia diablo diadema diamante diana diario dibujo dictar diente
dieta diez dificil digno dilema diluir dinero directo dirigir disco diseno disfraz diva divino doble doce
dolor domingo don donar dorado dormir dorso dos dosis dragon droga ducha duda duelo dueno dulce duo duque
durar dureza duro ebano ebrio echar eco ecuador edad edicion edificio editor educar efecto eficaz eje ejemplo
elefante elegir elemento elevar elipse elite elixir elogio eludir embudo emitir emocion empate empeno empleo
empresa enano encargo enchufe encia enemigo enero enfado enfermo engano enigma enlace enorme enredo ensayo
ensenar entero entrar envase envio epoca equipo erizo escala escena escolar escribir escudo esencia esfera
esfuerzo espada espejo espia esposa espuma esqui estar este estilo estufa etapa eterno etica etnia evadir
evaluar evento evitar exacto examen exceso excusa exento exigir exilio existir exito experto explicar exponer
extremo fabrica fabula fachada facil factor faena faja falda fallo falso faltar fama familia famoso faraon
farmacia farol farsa fase fatiga fauna favor fax febrero fecha feliz feo feria feroz fertil fervor festin
fiable fianza fiar fibra ficcion ficha fideo fiebre fiel fiera fiesta figura fijar fijo fila filete filial
filtro fin finca fingir finito firma flaco flauta flecha flor flota fluir flujo fluor fobia foca fogata fogon
folio folleto fondo forma forro fortuna forzar fosa foto fracaso fragil franja frase fraude freir freno fresa
frio frito fruta fuego fuente fuerza fuga fumar funcion funda furgon furia fusil futbol futuro gacela gafas
gaita gajo gala galeria gallo gamba ganar gancho ganga ganso garaje garza gasolina gastar gato gavilan gemelo
gemir gen genero genio gente geranio gerente germen gesto gigante gimnasio girar giro glaciar globo gloria gol
golfo goloso golpe goma gordo gorila gorra gota goteo gozar grada grafico grano grasa gratis grave grieta
grillo gripe gris grito grosor grua grueso grumo grupo guante guapo guardia guerra guia guino guion guiso
guitarra gusano gustar haber habil hablar hacer hacha hada hallar hamaca harina haz hazana hebilla hebra hecho
helado helio hembra herir hermano heroe hervir hielo hierro higado higiene hijo himno historia hocico hogar
hoguera hoja hombre hongo honor honra hora hormiga horno hostil hoyo hueco huelga huerta hueso huevo huida
huir humano humedo humilde humo hundir huracan hurto icono ideal idioma idolo iglesia iglu igual ilegal
ilusion imagen iman imitar impar imperio imponer impulso incapaz indice inerte infiel informe ingenio inicio
inmenso inmune innato insecto instante interes intimo intuir inutil invierno ira iris ironia isla islote
jabali jabon jamon jarabe jardin jarra jaula jazmin jefe jeringa jinete jornada joroba joven joya juerga
jueves juez jugador jugo juguete juicio junco jungla junio juntar jupiter jurar justo juvenil juzgar kilo
koala labio lacio lacra lado ladron lagarto lagrima laguna laico lamer lamina lampara lana lancha langosta
lanza lapiz largo larva lastima lata latex latir laurel lavar lazo leal leccion leche lector leer legion
legumbre lejano lena lengua lento leon leopardo lesion letal letra leve leyenda libertad libro licor lider
lidiar lienzo liga ligero lima limite limon limpio lince lindo linea lingote lino linterna liquido liso lista
litera litio litro llaga llama llanto llave llegar llenar llevar llorar llover lluvia lobo locion loco locura
logica logro lombriz lomo lonja lote lucha lucir lugar lujo luna lunes lupa lustro luto luz maceta macho
madera madre maduro maestro mafia magia mago maiz maldad maleta malla malo mama mambo mamut manana manco mando
manejar manga maniqui manjar mano manso manta mapa maquina mar marco marea marfil margen marido marmol marron
martes marzo masa mascara masivo matar materia matiz matriz maximo mayor mazorca mecha medalla medio medula
mejilla mejor melena melon memoria menor mensaje mente menu mercado merengue merito mes meson meta meter
metodo metro mezcla miedo miel miembro miga mil milagro militar millon mimo mina minero minimo minuto miope
mirar misa miseria misil mismo mitad mito mochila mocion moda modelo moho mojar molde moler molino momento
momia monarca moneda monja mono monto morada morder moreno morir morro morsa mortal mosca mostrar motivo mover
movil mozo mucho mudar mueble muela muerte muestra mugre mujer mula muleta multa mundo muneca mural muro
musculo museo musgo musica muslo nacar nacion nadar naipe naranja nariz narrar nasal natal nativo natural
nausea naval nave navidad necio nectar negar negocio negro neon nervio neto neutro nevar nevera nicho nido
niebla nieto ninez nino nitido nivel nobleza noche nomina noria norma norte nota noticia novato novela novio
nube nuca nucleo nudillo nudo nuera nueve nuez nulo numero nutria oasis obeso obispo objeto obra obrero
observar obtener obvio oca ocaso oceano ochenta ocho ocio ocre octavo octubre oculto ocupar ocurrir odiar odio
odisea oeste ofensa oferta oficio ofrecer ogro oido oir ojo ola oleada olfato olivo olla olmo olor olvido
ombligo onda onza opaco opcion opera opinar oponer optar optica opuesto oracion orador oral orbita orca orden
oreja organo orgia orgullo oriente origen orilla oro orquesta oruga osadia oscuro osezno oso ostra otono otro
oveja ovulo oxido oxigeno oyente ozono pacto padre paella pagina pago pais pajaro palabra palco paleta palido
palma paloma palpar pan panal panico pantera panuelo papa papel papilla paquete parar parcela pared parir paro
parpado parque parrafo parte pasar paseo pasion paso pasta pata patio patria pausa pauta pavo payaso peaton
pecado pecera pecho pedal pedir pegar peine pelar peldano pelea peligro pellejo pelo peluca pena penon pensar
peon peor pepino pequeno pera percha perder pereza perfil perico perla permiso perro persona pesa pesca pesimo
pestana petalo petroleo pez pezuna picar pichon pie piedra pierna pieza pijama pilar piloto pimienta pina pino
pintor pinza piojo pipa pirata pisar piscina piso pista piton pizca placa plan plata playa plaza pleito pleno
plomo pluma plural pobre poco poder podio poema poesia poeta polen policia pollo polvo pomada pomelo pomo
pompa poner porcion portal posada poseer posible poste potencia potro pozo prado precoz pregunta premio prensa
preso previo primo principe prision privar proa probar proceso producto proeza profesor programa prole promesa
pronto propio proximo prueba publico puchero pudor pueblo puerta puesto pulga pulir pulmon pulpo pulso puma
punal puno punto pupa pupila pure quedar queja quemar querer queso quieto quimica quince quitar rabano rabia
rabo racion radical raiz rama rampa rancho rango rapaz rapido rapto rasgo raspa rato rayo raza razon reaccion
realidad rebano rebote recaer receta rechazo recoger recreo recto recurso red redondo reducir reflejo reforma
refran refugio regalo regir regla regreso rehen reino reir reja relato relevo relieve relleno reloj remar
remedio remo rencor rendir renta reparto repetir reposo reptil res rescate resina respeto resto resumen retiro
retorno retrato reunir reves revista rey rezar rico riego rienda riesgo rifa rigido rigor rincon rinon rio
riqueza risa ritmo rito rizo roble roce rociar rodar rodeo rodilla roer rojizo rojo romero romper ron ronco
ronda ropa ropero rosa rosca rostro rotar rubi rubor rudo rueda rugir ruido ruina ruleta rulo rumbo rumor
ruptura ruta rutina sabado saber sabio sable sacar sagaz sagrado sala saldo salero salir salmon salon salsa
salto salud salvar samba sancion sandia sanear sangre sanidad sano santo sapo saque sardina sarten sastre
satan sauna saxofon seccion seco secreto secta sed seguir seis sello selva semana semilla senal senda senor
sensor separar sepia sequia ser serie sermon servir sesenta sesion seta setenta severo sexo sexto sidra siesta
siete siglo signo silaba silbar silencio silla simbolo simio sirena sistema sitio situar sobre socio sodio sol
solapa soldado soledad solido soltar solucion sombra sondeo sonido sonoro sonrisa sopa soplar soporte sordo
sorpresa sorteo sosten sotano suave subir suceso sudor suegra suelo sueno suerte sufrir sujeto sultan sumar
superar suplir suponer supremo sur surco sureno surgir susto sutil tabaco tabique tabla tabu taco tacto tajo
talar talco talento talla talon tamano tambor tango tanque tapa tapete tapia tapon taquilla tarde tarea tarifa
tarjeta tarot tarro tarta tatuaje tauro taza tazon teatro techo tecla tecnica tejado tejer tejido tela
telefono tema temor templo tenaz tender tener tenis tenso teoria terapia terco termino ternura terror tesis
tesoro testigo tetera texto tez tibio tiburon tiempo tienda tierra tieso tigre tijera tilde timbre timido timo
tinta tio tipico tipo tira tiron titan titere titulo tiza toalla tobillo tocar tocino todo toga toldo tomar
tono tonto topar tope toque torax torero tormenta torneo toro torpedo torre torso tortuga tos tosco toser
toxico trabajo tractor traer trafico trago traje tramo trance trato trauma trazar trebol tregua treinta tren
trepar tres tribu trigo tripa triste triunfo trofeo trompa tronco tropa trote trozo truco trueno trufa tuberia
tubo tuerto tumba tumor tunel tunica turbina turismo turno tutor ubicar ulcera umbral una unidad unir universo
uno untar urbano urbe urgente urna usar usuario util utopia uva vaca vacio vacuna vagar vago vaina vajilla
vale valido valle valor valvula vampiro vara variar varon vaso vecino vector vehiculo veinte vejez vela velero
veloz vena vencer venda veneno vengar venir venta venus ver verano verbo verde vereda verja verso verter via
viaje vibrar vicio victima vida video vidrio viejo viernes vigor vil villa vinagre vinedo vino violin viral
virgo virtud visor vispera vista vitamina viudo vivaz vivero vivir vivo volcan volumen volver voraz votar voto
voz vuelo vulgar yacer yate yegua yema yerno yeso yodo yoga yogur zafiro zanja zapato zarza zona zorro zumo
zurdo
`,
} as const;
