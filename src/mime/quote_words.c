/* quote_words.c -- what mail clients write around quoted mail, by language. Only words; how they
 * are put together is in quote_match.c. */
#include "mime/quote_match.h"

/* The verb of "On ... someone wrote:". Compared without regard to ASCII case. */
const char *const WORDS_WROTE[] = {
    "wrote", "writes", "said", "sent", /* en */
    "schrieb", "geschrieben", "schreibt", /* de */
    "a écrit", "a ecrit", "écrit", "a envoyé", /* fr */
    "escribió", "escribio", "ha escrito", "escribe", /* es */
    "ha scritto", "scrisse", "scrive", /* it */
    "escreveu", "escrito", /* pt */
    "schreef", "geschreven", /* nl */
    "napisał", "napisała", "napisal", "pisze", /* pl */
    "skrev", "skrev følgende", "skrifaði", /* sv no da is */
    "kirjoitti", /* fi */
    "napsal", "napsala", "napísal", /* cs sk */
    "yazdı", "yazmış", /* tr */
    "написал", "написала", "пишет", "писал", "написа", /* ru bg */
    "написав", "написала", "пише", /* uk */
    "írta", "ezt írta", /* hu */
    "a scris", /* ro */
    "έγραψε", /* el */
    "je napisao", "je napisal", "je napisala", /* hr sl */
    "va escriure", /* ca */
    "kirjutas", "rašė", "rakstīja", /* et lt lv */
    "menulis", "đã viết", "เขียน", /* id vi th */
    "כתב", "כתבה", "كتب", /* he ar */
    "のメール", "書きました", "書いたメッセージ", "さんは書きました", /* ja */
    "写道", "寫道", "写到", "撰写", "編寫", "来信", /* zh */
    "작성", "님이 작성", "썼습니다", "님이 썼습니다", /* ko */
    NULL,
};

/* How such a line begins where it does not begin with a number. */
const char *const WORDS_LEAD[] = {
    "On ", "Am ", "Le ", "El ", "Il ", "Em ", "No dia ", "A ", "Op ", "W dniu ", "Dnia ", "Den ",
    "På ", "Dne ", "Dňa ", "V ", "Ve ", "Pe ", "La ", "În ", "В ", "Στις ", "Pada ", "Vào ", "El dia ",
    "Dana ", "Kuupäeval ", "在", "于", "於", "בתאריך", "في ", NULL,
};

const char *const WORDS_ORIGINAL[] = {
    "Original Message", "Original Email", "Original mail", "Reply message", "Original Appointment",
    "Ursprüngliche Nachricht", "Urspruengliche Nachricht", "Originalnachricht",
    "Ursprünglicher Termin", "Message d'origine", "Message d’origine", "Message original",
    "Courriel original", "Mensaje original", "Mensagem original", "Mensagem Original",
    "Messaggio originale", "Messaggio Originale", "Oorspronkelijk bericht", "Origineel bericht",
    "Wiadomość oryginalna", "Oryginalna wiadomość", "Исходное сообщение", "Оригинальное сообщение",
    "Originalmeddelande", "Ursprungligt meddelande", "Oprindelig meddelelse", "Oprindelig besked",
    "Opprinnelig melding", "Opprinnelig meld", "Alkuperäinen viesti", "Původní zpráva",
    "Pôvodná správa", "Orijinal İleti", "Orijinal Mesaj", "Özgün İleti", "Orjinal Mesaj",
    "Eredeti üzenet", "Mesaj original", "Mesajul original", "Вихідне повідомлення",
    "Оригінальне повідомлення", "Αρχικό μήνυμα", "Izvorna poruka", "Izvirno sporočilo",
    "元のメッセージ", "元のメール", "原始邮件", "原邮件", "原始信件", "原始郵件", "原始訊息", "原信",
    "원본 메일", "원본 메시지", "원본메일", "הודעה מקורית", "الرسالة الأصلية", "Pesan Asli", NULL,
};

const char *const WORDS_FORWARDED[] = {
    "Forwarded message", "Begin forwarded message", "Forwarded by", "Forwarded mail",
    "Weitergeleitete Nachricht", "weitergeleiteten Nachricht", "Weitergeleitet von",
    "Message transféré", "Début du message transféré", "Début du message réexpédié",
    "Message transmis", "Mensaje reenviado", "mensaje reenviado", "Messaggio inoltrato",
    "messaggio inoltrato", "Mensagem encaminhada", "mensagem encaminhada", "mensagem reenviada",
    "Doorgestuurd bericht", "doorgestuurd bericht", "Wiadomość przekazana",
    "Przekazana wiadomość", "przekazywana wiadomość", "Wiadomość przesłana", "Пересылаемое сообщение",
    "Пересланное сообщение", "пересылаемое сообщение", "Vidarebefordrat meddelande",
    "vidarebefordrat brev", "vidarebefordrade brevet", "Videresendt", "videresendt", "Videresend",
    "Välitetty viesti", "välitetty viesti", "Edelleenlähetetty", "Přeposlaná zpráva",
    "přeposlané zprávy", "Preposlaná správa", "İletilen mesaj", "iletilen ileti", "İletilmiş ileti",
    "Yönlendirilen", "Továbbított", "Mesaj redirecționat", "Переслане повідомлення",
    "Προωθημένο μήνυμα", "転送メッセージ", "転送されたメッセージ", "转发邮件", "转发的邮件", "轉寄郵件",
    "轉寄的郵件", "已转发", "전달된 메일", "전달된 메시지", "הודעה שהועברה", "رسالة معاد توجيهها", NULL,
};

/* Lines a device or program adds below the text: how they begin ... */
const char *const WORDS_SENT_FROM[] = {
    "Sent from ", "Sent via ", "Sent with ", "Sent on ", "Sent by ", "Get Outlook for ",
    "Download Outlook for", "Sent using ", "Get the Outlook", "Von meinem ", "Gesendet von ",
    "Gesendet mit ", "Gesendet aus ", "Diese Nachricht wurde von meinem ", "Outlook für ",
    "Holen Sie sich Outlook", "Laden Sie Outlook", "Envoyé de ", "Envoyé depuis ",
    "Envoyé à partir d", "Envoyé avec ", "Télécharger Outlook", "Obtenez Outlook",
    "Enviado desde ", "Enviado do ", "Enviado de ", "Enviado a partir ", "Enviado via ",
    "Enviado con ", "Enviado com ", "Obtener Outlook", "Obter o Outlook", "Obter Outlook",
    "Inviato da", "Inviato con ", "Scarica Outlook", "Ottieni Outlook", "Verzonden vanaf ",
    "Verzonden vanuit ", "Verstuurd vanaf ", "Verzonden met ", "Outlook voor ", "Download Outlook",
    "Wysłane z ", "Wysłano z ", "Pobierz aplikację Outlook", "Отправлено с ", "Отправлено из ",
    "Отправлено с", "Skickat från ", "Hämta Outlook", "Sendt fra ", "Hent Outlook", "Få Outlook",
    "Last ned Outlook", "Lähetetty ", "Hanki Outlook", "Odesláno z", "Získat Outlook",
    "Odoslané z", "Stáhnout Outlook", "Trimis de pe ", "Küldve ", "Надіслано з", "发自我的", "发送自",
    "从我的", "從我的", "傳送自我的", "寄自我的", "来自我的", "나의 ", "Yahoo Mail on ",
    "Yahoo Mail for ", "Yahoo Mail: ", "Android için Outlook", "iOS için Outlook",
    "Outlook for iOS", "Outlook for Android", NULL,
};

/* ... or end. */
const char *const WORDS_SENT_FROM_END[] = {
    " gesendet", " gesendet.", "gönderildi", "gönderildi.", "から送信", "から送信しました", "에서 보냄",
    "で送信", " iPhone", " iPad", " BlackBerry", " Android", " smartphone", " Smartphone", NULL,
};

/* Before the colon of a subject. */
const char *const WORDS_FORWARD_PREFIX[] = {
    "Fwd", "Fw", "Forward", "WG", "TR", "RV", "Rv", "ENC", "Enc", "I", "Doorst", "PD", "VS",
    "VB", "VL", "VSB", "Fwd.", "İLT", "ILT", "YNT ILT", "转发", "轉寄", "転送", "전달", "Továbbítás",
    "Пересл", "HA", "Predal", "Přep", NULL,
};

const struct label_word LABEL_WORDS[] = {
    {"From", LABEL_FROM}, {"Von", LABEL_FROM}, {"De", LABEL_FROM}, {"Da", LABEL_FROM},
    {"Van", LABEL_FROM}, {"Od", LABEL_FROM}, {"От", LABEL_FROM}, {"От кого", LABEL_FROM},
    {"Från", LABEL_FROM}, {"Fra", LABEL_FROM}, {"Lähettäjä", LABEL_FROM}, {"Kimden", LABEL_FROM},
    {"Gönderen", LABEL_FROM}, {"差出人", LABEL_FROM}, {"送信者", LABEL_FROM}, {"发件人", LABEL_FROM},
    {"寄件者", LABEL_FROM}, {"寄件人", LABEL_FROM}, {"보낸 사람", LABEL_FROM}, {"보낸사람", LABEL_FROM},
    {"Message du", LABEL_DATE}, {"Expéditeur", LABEL_FROM}, {"Remitente", LABEL_FROM},
    {"Mittente", LABEL_FROM}, {"Afzender", LABEL_FROM}, {"Absender", LABEL_FROM},
    {"Nadawca", LABEL_FROM}, {"Feladó", LABEL_FROM}, {"De la", LABEL_FROM}, {"Від", LABEL_FROM},
    {"Από", LABEL_FROM}, {"Odesílatel", LABEL_FROM}, {"Šalje", LABEL_FROM}, {"Saatja", LABEL_FROM},
    {"מאת", LABEL_FROM}, {"من", LABEL_FROM}, {"Từ", LABEL_FROM}, {"Dari", LABEL_FROM},
    {"Date", LABEL_DATE}, {"Sent", LABEL_DATE}, {"Datum", LABEL_DATE}, {"Gesendet", LABEL_DATE},
    {"Gesendet am", LABEL_DATE}, {"Sendedatum", LABEL_DATE}, {"Envoyé", LABEL_DATE},
    {"Envoyé le", LABEL_DATE}, {"Date d'envoi", LABEL_DATE}, {"Enviado", LABEL_DATE},
    {"Enviado el", LABEL_DATE}, {"Enviado em", LABEL_DATE}, {"Enviada em", LABEL_DATE},
    {"Enviada", LABEL_DATE}, {"Fecha", LABEL_DATE}, {"Inviato", LABEL_DATE}, {"Data", LABEL_DATE},
    {"Data invio", LABEL_DATE}, {"Verzonden", LABEL_DATE}, {"Wysłano", LABEL_DATE},
    {"Wysłane", LABEL_DATE}, {"Отправлено", LABEL_DATE}, {"Дата", LABEL_DATE},
    {"Skickat", LABEL_DATE}, {"Sendt", LABEL_DATE}, {"Dato", LABEL_DATE}, {"Lähetetty", LABEL_DATE},
    {"Päivämäärä", LABEL_DATE}, {"Päiväys", LABEL_DATE}, {"Odesláno", LABEL_DATE},
    {"Odoslané", LABEL_DATE}, {"Gönderilme", LABEL_DATE}, {"Gönderilme Tarihi", LABEL_DATE},
    {"Gönderildi", LABEL_DATE}, {"Tarih", LABEL_DATE}, {"送信日時", LABEL_DATE}, {"日付", LABEL_DATE},
    {"日時", LABEL_DATE}, {"发送时间", LABEL_DATE}, {"发送日期", LABEL_DATE}, {"日期", LABEL_DATE},
    {"傳送時間", LABEL_DATE}, {"寄件日期", LABEL_DATE}, {"보낸 날짜", LABEL_DATE}, {"날짜", LABEL_DATE},
    {"보낸 시간", LABEL_DATE}, {"Elküldve", LABEL_DATE}, {"Dátum", LABEL_DATE}, {"Trimis", LABEL_DATE},
    {"Надіслано", LABEL_DATE}, {"Στάλθηκε", LABEL_DATE}, {"Poslano", LABEL_DATE},
    {"נשלח", LABEL_DATE}, {"Ngày", LABEL_DATE}, {"Tanggal", LABEL_DATE},
    {"To", LABEL_TO}, {"An", LABEL_TO}, {"À", LABEL_TO}, {"A", LABEL_TO}, {"Para", LABEL_TO},
    {"Till", LABEL_TO}, {"Til", LABEL_TO}, {"Aan", LABEL_TO}, {"Do", LABEL_TO}, {"Кому", LABEL_TO},
    {"Vastaanottaja", LABEL_TO}, {"Komu", LABEL_TO}, {"Pro", LABEL_TO}, {"Kime", LABEL_TO},
    {"Alıcı", LABEL_TO}, {"宛先", LABEL_TO}, {"收件人", LABEL_TO}, {"收件者", LABEL_TO},
    {"받는 사람", LABEL_TO}, {"받는사람", LABEL_TO}, {"Címzett", LABEL_TO}, {"Către", LABEL_TO},
    {"Destinataire", LABEL_TO}, {"Destinatario", LABEL_TO}, {"Destinatário", LABEL_TO},
    {"Empfänger", LABEL_TO}, {"Προς", LABEL_TO}, {"Prima", LABEL_TO}, {"אל", LABEL_TO},
    {"إلى", LABEL_TO}, {"Kepada", LABEL_TO},
    {"Subject", LABEL_SUBJECT}, {"Betreff", LABEL_SUBJECT}, {"Objet", LABEL_SUBJECT},
    {"Asunto", LABEL_SUBJECT}, {"Assunto", LABEL_SUBJECT}, {"Oggetto", LABEL_SUBJECT},
    {"Onderwerp", LABEL_SUBJECT}, {"Temat", LABEL_SUBJECT}, {"Тема", LABEL_SUBJECT},
    {"Ämne", LABEL_SUBJECT}, {"Emne", LABEL_SUBJECT}, {"Aihe", LABEL_SUBJECT},
    {"Předmět", LABEL_SUBJECT}, {"Predmet", LABEL_SUBJECT}, {"Konu", LABEL_SUBJECT},
    {"件名", LABEL_SUBJECT}, {"主题", LABEL_SUBJECT}, {"主題", LABEL_SUBJECT}, {"主旨", LABEL_SUBJECT},
    {"제목", LABEL_SUBJECT}, {"Tárgy", LABEL_SUBJECT}, {"Subiect", LABEL_SUBJECT},
    {"Θέμα", LABEL_SUBJECT}, {"נושא", LABEL_SUBJECT}, {"الموضوع", LABEL_SUBJECT},
    {"Chủ đề", LABEL_SUBJECT}, {"Subjek", LABEL_SUBJECT}, {"Teema", LABEL_SUBJECT},
    {"Cc", LABEL_OTHER}, {"Bcc", LABEL_OTHER}, {"Kopie", LABEL_OTHER}, {"Kopia", LABEL_OTHER},
    {"Kopi", LABEL_OTHER}, {"Copie", LABEL_OTHER}, {"Copie à", LABEL_OTHER}, {"Copia", LABEL_OTHER},
    {"Копия", LABEL_OTHER}, {"Kopio", LABEL_OTHER}, {"Bilgi", LABEL_OTHER}, {"抄送", LABEL_OTHER},
    {"副本", LABEL_OTHER}, {"참조", LABEL_OTHER}, {"Reply-To", LABEL_OTHER},
    {"Reply to", LABEL_OTHER}, {"Antwort an", LABEL_OTHER}, {"Antworten an", LABEL_OTHER},
    {"Répondre à", LABEL_OTHER}, {"Risposta", LABEL_OTHER}, {"Responder a", LABEL_OTHER},
    {"Importance", LABEL_OTHER}, {"Priority", LABEL_OTHER}, {"Wichtigkeit", LABEL_OTHER},
    {"Priorität", LABEL_OTHER}, {"Importanza", LABEL_OTHER}, {"Importancia", LABEL_OTHER},
    {"Attachments", LABEL_OTHER}, {"Anlagen", LABEL_OTHER}, {"Organization", LABEL_OTHER},
    {"Message-ID", LABEL_OTHER}, {"Resent-From", LABEL_OTHER},
    {NULL, LABEL_NONE},
};
