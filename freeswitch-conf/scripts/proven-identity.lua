-- Refuses a SIP request whose From or To is not the user that it authenticates as. FreeSWITCH compares the user names of a REGISTER and nothing else,
-- so that 1001 of one domain could register as 1001 of another. mod_lua asks here for each look into the directory that Callplane has not answered:
-- without an XML_STRING the search goes on in FreeSWITCH's own files; the domain without its users ends it, and the request gets 403.
if not params or params:getHeader("action") ~= "sip_auth" then return end

local function header(name) return string.lower(params:getHeader(name) or "") end
local function address(user, host) return header(user) .. "@" .. header(host) end

local method = params:getHeader("sip_auth_method")
local proven = address("sip_auth_username", "sip_auth_realm")
local from_is_proven = address("sip_from_user", "sip_from_host") == proven
local to_is_proven = address("sip_to_user", "sip_to_host") == proven
local to_is_a_colleague = header("sip_to_host") == header("sip_auth_realm")

local honest
if method == "INVITE" then
  -- Whose call it is comes from the directory, never from these headers.
  honest = true
elseif method == "REGISTER" then
  honest = from_is_proven and to_is_proven
elseif method == "MESSAGE" then
  -- Nobody needs them, and a To of the form sip+1001+other.example would reach other domains.
  honest = false
else
  honest = from_is_proven and to_is_a_colleague
end
if honest then return end

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&apos;" }
local domain = string.gsub(XML_REQUEST["key_value"] or "", "[&<>\"']", entities)
XML_STRING = '<document type="freeswitch/xml"><section name="directory"><domain name="' .. domain .. '"/></section></document>'
