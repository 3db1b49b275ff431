require "net/http"
uri = URI("https://subdomain.zendesk.com/api/v2/chat/chats")
uri.query = URI.encode_www_form("ids": "")
request = Net::HTTP::Get.new(uri, "Content-Type": "application/json")
response = Net::HTTP.start uri.hostname, uri.port, use_ssl: true do |http|
	http.request(request)
end
